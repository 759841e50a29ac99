//! Everything a command works with: one company's log, the door to it, and its read models.

use std::sync::Arc;

use jiff::Timestamp;
use posars_commands::reactors::{AnyReactor, REACTORS};
use posars_commands::{Actor, Commands, Envelope, Source, Written};
use posars_domain::company::DefineCompany;
use posars_domain::{CompanyId, Currency};
use posars_event_store::{EventStore, Log, Position, StreamName};
use posars_keyring::KeyFile;
use posars_projections::Projections;

use crate::companies::{self, with_a_log};
use crate::database::Database;
use crate::failure::{Exit, Failure};
use crate::lease_holder::holder;
use crate::master_key;
use crate::progress;
use crate::screen::Screen;
use crate::settings::COMPANY;

/// The company's name until somebody gives it another.
pub(crate) const COMPANY_NAME: &str = "Minha empresa";

/// One company on an open database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) company_id: CompanyId,
    pub(crate) store: EventStore,
    pub(crate) log: Log,
    pub(crate) commands: Commands,
    pub(crate) projections: Projections,
}

impl House {
    /// Opens the log and the read models of the company that a command works with.
    ///
    /// # Errors
    /// `COMPANY_UNKNOWN` when it has no log, `DATABASE_UNAVAILABLE` and the other codes of the database.
    pub(crate) async fn open(database: &Database, company: &CompanyId) -> Result<Self, Failure> {
        let store = companies::connect(database).await?;
        companies::must_exist(&store, company).await?;
        let master_key = master_key::of(database, &store).await?;
        Self::of(&store, company.clone(), master_key).await
    }

    /// Opens every company that has a log in the database, that of this machine first; the companies of `more` get one
    /// when they have none.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` and the other codes of the database.
    pub(crate) async fn open_all(database: &Database, more: &[CompanyId]) -> Result<Vec<Self>, Failure> {
        let store = companies::connect(database).await?;
        let own = COMPANY.parse::<CompanyId>()?;
        let mut others = with_a_log(&store).await?;
        others.extend(more.iter().cloned());
        others.remove(&own);
        let master_key = master_key::begun(database, &store).await?;
        let mut houses = vec![Self::of(&store, own, master_key.clone()).await?];
        for company in others {
            houses.push(Self::of(&store, company, master_key.clone()).await?);
        }
        Ok(houses)
    }

    async fn of(
        store: &EventStore,
        company_id: CompanyId,
        master_key: Option<Arc<KeyFile>>,
    ) -> Result<Self, Failure> {
        let log = companies::log_of(store, &company_id).await?;
        let keyring = master_key::keyring(&log, master_key);
        let projections = Projections::open(store.clone(), log.clone()).await?;
        Ok(Self {
            company_id,
            commands: Commands::new(log.clone()).with_keyring(keyring),
            store: store.clone(),
            log,
            projections,
        })
    }

    /// Defines the company of a new log; one that is defined keeps its name.
    ///
    /// # Errors
    /// Those of the command.
    pub(crate) async fn define_company(&self, name: &str) -> Result<(), Failure> {
        let stream = StreamName::new("company", &self.company_id)
            .map_err(|error| Failure::new(Exit::Failure, "COMPANY_ID_INVALID", error))?;
        if self.log.last_events(&[stream]).await?.iter().any(Option::is_some) {
            return Ok(());
        }
        let command = DefineCompany {
            company_id: self.company_id.clone(),
            name: name.to_owned(),
            cnpj: None,
            currency: Currency::BRL,
        };
        self.commands.carry_out(&command, &by_ourselves()).await?;
        Ok(())
    }

    /// Begins the books of a company that an earlier build defined: its whole history is posted then. Books that an earlier
    /// build began get the rules of what came later.
    ///
    /// # Errors
    /// Those of the command.
    pub(crate) async fn begin_missing_books(&self) -> Result<(), Failure> {
        if self.commands.begin_missing_books(&by_ourselves()).await? == Written::Now {
            tracing::info!(company = %self.company_id, "the books begin, with all that ever happened");
        } else if self.commands.add_later_posting(&by_ourselves()).await? == Written::Now {
            tracing::info!(company = %self.company_id, "the books post payrolls from now on, by the usual rules");
        }
        Ok(())
    }

    /// Brings the read models up to the end of the log, here or by waiting for the process that holds their leases;
    /// answers where that is, for a query's `min_position`.
    ///
    /// # Errors
    /// `PROJECTION_STUCK` when another process holds a lease and stands still, and the codes of the database.
    pub(crate) async fn catch_up_read_models(&self, screen: Screen) -> Result<Position, Failure> {
        let spinner = progress::spinner(screen, "bringing the read models up to date");
        let head = self.log.head().await?.position;
        let caught_up = self.projections.catch_up_to(head, &holder()).await;
        spinner.finish_and_clear();
        caught_up?;
        Ok(head)
    }

    /// Lets every reactor follow the log to its end, each after those whose events it follows, then the read models. The
    /// books of an older company begin before that.
    ///
    /// # Errors
    /// As [`House::catch_up_read_models`].
    pub(crate) async fn catch_up(&self, screen: Screen) -> Result<Position, Failure> {
        self.begin_missing_books().await?;
        for reactor in REACTORS {
            self.follow(*reactor, screen).await?;
        }
        self.catch_up_read_models(screen).await
    }

    /// Lets one reactor follow the log to its end.
    ///
    /// # Errors
    /// As [`House::catch_up_read_models`].
    pub(crate) async fn follow(&self, reactor: &dyn AnyReactor, screen: Screen) -> Result<(), Failure> {
        let head = self.log.head().await?.position;
        let mut runner = reactor.runner(self.log.clone(), &holder());
        let mut status = runner.status();
        let bar = progress::bar(screen, reactor.what(), head.get());
        let caught_up = {
            let follow = async {
                while status.changed().await.is_ok() {
                    bar.set_position(status.borrow_and_update().position.get().min(head.get()));
                }
                std::future::pending().await
            };
            tokio::select! {
                caught_up = runner.catch_up_to(head) => caught_up,
                never = follow => never,
            }
        };
        bar.finish_and_clear();
        caught_up?;
        Ok(())
    }
}

/// What this program does of itself.
pub(crate) fn by_ourselves() -> Envelope {
    let actor = Actor {
        subject: "posars".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}
