//! One run of the program: where its data is and how it speaks.

use clap::ArgMatches;

use crate::database::{Database, Need};
use crate::failure::{Exit, Failure};
use crate::screen::{Format, Outcome, Screen};
use crate::settings::{ChosenPlace, OutputArgs, PlaceArgs};
use crate::signals::EndRequests;
use crate::telemetry::{Metrics, Telemetry, Voice};

/// Options that every command has.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What every command is given.
pub(crate) struct Session {
    /// Where results and talk go.
    pub(crate) screen: Screen,
    /// Where the data is.
    pub(crate) place: ChosenPlace,
    /// The numbers of this process.
    pub(crate) metrics: Metrics,
}

impl OutputArgs {
    /// The screen that these options ask for.
    pub(crate) fn screen(self) -> Screen {
        let format = match (self.json, self.text) {
            (true, _) => Some(Format::Json),
            (false, true) => Some(Format::Text),
            (false, false) => None,
        };
        Screen::new(format, self.quiet)
    }
}

impl Session {
    /// Runs one command from its options to its exit code. Ctrl-C ends it in order, the private server included.
    pub(crate) async fn run<O: Outcome>(
        run: RunArgs,
        matches: &ArgMatches,
        voice: Voice,
        work: impl AsyncFnOnce(&Self) -> Result<O, Failure>,
    ) -> Exit {
        let screen = run.output.screen();
        let telemetry = match Telemetry::start(voice) {
            Ok(telemetry) => telemetry,
            Err(failure) => return screen.fail(&failure),
        };
        let result = match ChosenPlace::resolve(&run.place, matches) {
            Ok(place) => {
                let metrics = telemetry.metrics();
                let session = Self {
                    screen,
                    place,
                    metrics,
                };
                work(&session).await
            }
            Err(failure) => Err(failure),
        };
        telemetry.stop();
        screen.finish(result)
    }

    /// Opens the database, works with it until done or told to end, and closes it whatever came of the work.
    ///
    /// # Errors
    /// Those of [`Database::open`], of the work and of [`Database::close`]; `INTERRUPTED` after a signal.
    pub(crate) async fn with_database<T>(
        &self,
        need: Need,
        work: impl AsyncFnOnce(&Database) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let asked = EndRequests::listen();
        let database = tokio::select! {
            opened = Database::open_chosen(&self.place, need, self.screen) => opened?,
            () = asked.first() => return Err(Failure::interrupted()),
        };
        let result = tokio::select! {
            result = work(&database) => result,
            () = asked.first() => Err(Failure::interrupted()),
            () = database.ended() => Err(Failure::new(
                Exit::Unavailable,
                "POSTGRESQL_ENDED",
                "the private PostgreSQL ended while the command was at work",
            )
            .next("run the same command again; what was recorded stays and is not recorded twice")),
        };
        // It may wait for guests of the private server; nobody has to.
        let closed = tokio::select! {
            closed = database.close(self.screen) => closed,
            () = asked.one_more() => Err(Failure::interrupted()),
        };
        let value = result?;
        closed?;
        Ok(value)
    }
}
