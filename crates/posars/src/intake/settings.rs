//! The settings of who imports what is dropped, and its start.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posars_aws::{Objects, SqsQueue};
use posars_domain::{CompanyId, Currency};
use posars_xls_importer::MappingChoice;

use super::folder::WatchedFolder;
use super::queue::{DropPlace, ImportQueue};
use super::recorder::Recorder;
use super::state::IntakeState;
use super::worker::IntakeWorker;
use crate::aws_clients::aws_clients;
use crate::failure::{Exit, Failure, on_file};
use crate::house::House;
use crate::importing::How;
use crate::queues::Queues;
use crate::settings::{COMPANY, MannerArgs};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Where files are dropped, and how they are imported.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Imports")]
pub(crate) struct IntakeArgs {
    /// Where spreadsheets are dropped, which are imported as they arrive: a folder, or s3://BUCKET/PREFIX, of which the queue
    /// `imports` tells
    #[arg(long, value_name = "PLACE", env = "POSARS_INTAKE", hide_env_values = true)]
    intake: Option<PathBuf>,
    /// The company of what is dropped in no folder named company=ID
    #[arg(
        long,
        value_name = "ID",
        env = "POSARS_IMPORT_COMPANY",
        hide_env_values = true,
        default_value = COMPANY
    )]
    import_company: CompanyId,
    /// Define stores and products of dropped files that are not known
    #[arg(
        long,
        env = "POSARS_IMPORT_DEFINE_MISSING",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    import_define_missing: bool,
    /// Days for which originals, results and refused rows stay in the folder; a bucket has a rule of its own
    #[arg(
        long,
        value_name = "DAYS",
        env = "POSARS_IMPORT_KEEP_DAYS",
        hide_env_values = true,
        default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(1..=3_650)
    )]
    import_keep_days: u32,
    /// Seconds for which a message of the queue is ours each time we say so
    #[arg(
        long,
        value_name = "SECONDS",
        env = "POSARS_IMPORT_HOLD_S",
        hide_env_values = true,
        hide = true,
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(3..=43_200)
    )]
    import_hold_s: u32,
}

/// Work that lasts until it is told to end.
pub(crate) type Work = Box<dyn FnOnce(BoxFuture<'static, ()>) -> BoxFuture<'static, ()> + Send>;

/// What imports drops, before it is told for which companies. It can be begun anew for others.
#[derive(Clone)]
pub(crate) struct Drops {
    from: From,
    args: IntakeArgs,
    manner: MannerArgs,
    state: IntakeState,
}

/// Where drops come from.
#[derive(Clone)]
enum From {
    /// The queue that tells of a bucket.
    Queue(SqsQueue, Objects, DropPlace),
    /// A folder.
    Folder(PathBuf),
}

impl IntakeArgs {
    /// What imports what is dropped; none when nobody said where.
    ///
    /// # Errors
    /// `INTAKE_NEEDS_QUEUES`, `AWS_REGION_MISSING`, `FILE_UNUSABLE`.
    pub(crate) async fn drops(
        &self,
        queues: Option<&Queues>,
        manner: &MannerArgs,
    ) -> Result<Option<Drops>, Failure> {
        let Some(folder) = &self.intake else {
            return Ok(None);
        };
        let from = match (folder.to_str().and_then(DropPlace::of), queues) {
            (Some(place), Some(queues)) => {
                From::Queue(queues.imports(), Objects::new(aws_clients().await?.s3()), place)
            }
            (Some(_), None) => return Err(untold(folder)),
            (None, _) => {
                let unusable = |error: std::io::Error| on_file("making", folder, &error);
                std::fs::create_dir_all(folder).map_err(unusable)?;
                From::Folder(folder.canonicalize().map_err(unusable)?)
            }
        };
        Ok(Some(Drops {
            from,
            args: self.clone(),
            manner: manner.clone(),
            state: IntakeState::default(),
        }))
    }
}

impl Drops {
    /// Whether they get on, whatever companies they are for.
    ///
    /// # Errors
    /// What keeps them from being imported.
    pub(crate) fn state(&self) -> Result<(), String> {
        self.state.get()
    }

    /// The work of importing them for these companies.
    pub(crate) fn imported_for(&self, houses: &[House]) -> Work {
        let language = self.manner.language.into();
        let (recorder, state) = (self.recorder(houses), self.state.clone());
        match &self.from {
            From::Queue(queue, objects, place) => {
                let hold = Duration::from_secs(self.args.import_hold_s.into());
                let intake =
                    ImportQueue::new((queue.clone(), objects.clone()), place.clone(), hold, language);
                let worker = IntakeWorker {
                    intake,
                    recorder,
                    state,
                };
                Box::new(|stop| worker.run(stop).boxed())
            }
            From::Folder(root) => {
                let intake = WatchedFolder::new(root, DAY * self.args.import_keep_days, language);
                let worker = IntakeWorker {
                    intake,
                    recorder,
                    state,
                };
                Box::new(|stop| worker.run(stop).boxed())
            }
        }
    }

    fn recorder(&self, houses: &[House]) -> Recorder {
        Recorder {
            houses: houses.to_vec(),
            company: self.args.import_company.clone(),
            how: How {
                sheet: None,
                choice: MappingChoice {
                    kind: None,
                    columns: Vec::new(),
                },
                store: None,
                currency: Currency::BRL,
                time_zone: self.manner.time_zone.clone(),
                define_missing: self.args.import_define_missing,
                dry_run: false,
                allow_unrecorded: false,
                language: self.manner.language.into(),
                client: "posars intake",
            },
        }
    }
}

/// A bucket tells nobody but a queue.
fn untold(place: &std::path::Path) -> Failure {
    Failure::new(
        Exit::Usage,
        "INTAKE_NEEDS_QUEUES",
        format!("nobody tells of what is dropped in {}", place.display()),
    )
    .next("name the queues with --queues URL (POSARS_QUEUES), or a folder with --intake DIR")
}

/// A process that is there to import needs to be told from where.
pub(crate) fn nowhere() -> Failure {
    Failure::new(
        Exit::Usage,
        "NO_INTAKE",
        "posars work imports was not told where files are dropped",
    )
    .next("name it with --intake (POSARS_INTAKE): a folder, or s3://BUCKET/PREFIX together with --queues URL (POSARS_QUEUES)")
}
