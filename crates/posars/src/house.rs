//! Everything a command works with: one company's log, the door to it, and its read models.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use posars_commands::reactors::{AnyReactor, REACTORS};
use posars_commands::{Actor, Commands, Envelope, Source, Written};
use posars_domain::company::DefineCompany;
use posars_domain::{CompanyId, Currency};
use posars_event_store::{EventStore, Log, Position, StreamName};
use posars_keyring::Keyring;
use posars_projections::Projections;

use crate::companies;
use crate::database::Database;
use crate::databases::{self, Databases, Found};
use crate::failure::{Exit, Failure};
use crate::lease_holder::holder;
use crate::master_key::{self, MasterKeys};
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

/// Every company of an installation, as far as it can be opened.
pub(crate) struct Opened {
    pub(crate) databases: Databases,
    /// That of this machine first, unless it is away.
    pub(crate) houses: Vec<House>,
    /// Those whose database is away, with the reason.
    pub(crate) away: BTreeMap<CompanyId, Failure>,
}

impl House {
    /// Opens the log and the read models of the company that a command works with.
    ///
    /// # Errors
    /// `COMPANY_UNKNOWN` when it has no log, `DATABASE_UNAVAILABLE` and the other codes of the database.
    pub(crate) async fn open(database: &Database, company: &CompanyId) -> Result<Self, Failure> {
        let databases = Databases::open(database).await?;
        databases::must_exist(&databases, company).await?;
        let master_key = master_key::of(database, &databases).await?;
        Self::of(&databases.of(company).await?, company.clone(), master_key).await
    }

    /// As [`House::open`], with the log that stands in this very database, also when the company has moved elsewhere: that
    /// one can be read.
    ///
    /// # Errors
    /// As [`House::open`].
    pub(crate) async fn open_here(database: &Database, company: &CompanyId) -> Result<Self, Failure> {
        let databases = Databases::open(database).await?;
        databases::must_exist(&databases, company).await?;
        let master_key = master_key::of(database, &databases).await?;
        Self::of(databases.first(), company.clone(), master_key).await
    }

    /// Opens a company out of one database, without a look at where companies live and without the keys of people: for what
    /// only reads a copy.
    ///
    /// # Errors
    /// The codes of the database.
    pub(crate) async fn alone(store: &EventStore, company: &CompanyId) -> Result<Self, Failure> {
        Self::of(store, company.clone(), None).await
    }

    /// Opens every company of the installation, that of this machine first, but those whose database is away; the companies
    /// of `more` get a log when they have none.
    ///
    /// # Errors
    /// `COMPANY_IN_TWO_PLACES`, `DATABASE_UNAVAILABLE` and the other codes of the first database; of the others when no
    /// company can be opened.
    pub(crate) async fn open_all(database: &Database, more: &[CompanyId]) -> Result<Opened, Failure> {
        let databases = Databases::open(database).await?;
        let own = COMPANY.parse::<CompanyId>()?;
        let Found {
            companies: mut stores,
            mut away,
        } = databases.found().await?;
        databases.must_be_in_one_place().await?;
        for company in std::iter::once(&own).chain(more) {
            if !away.contains_key(company) {
                let first = || databases.first().clone();
                stores.entry(company.clone()).or_insert_with(first);
            }
        }
        let master_key = master_key::begun(database, &databases).await?;
        let own_first = stores.remove_entry(&own).into_iter().chain(stores);
        let mut houses = Vec::new();
        for (company, store) in own_first {
            match Self::of(&store, company.clone(), master_key.clone()).await {
                Ok(house) => houses.push(house),
                Err(failure) if store.is(databases.first()) => return Err(failure),
                Err(failure) => drop(away.insert(company, failure)),
            }
        }
        if houses.is_empty()
            && let Some((_, failure)) = away.pop_first()
        {
            return Err(failure);
        }
        Ok(Opened {
            databases,
            houses,
            away,
        })
    }

    /// The same company out of another database.
    ///
    /// # Errors
    /// The codes of that database.
    pub(crate) async fn out_of(&self, store: &EventStore) -> Result<Self, Failure> {
        self.beside(store, self.company_id.clone()).await
    }

    /// Another company of the installation, whose personal data is under the same master key.
    ///
    /// # Errors
    /// The codes of its database.
    pub(crate) async fn beside(&self, store: &EventStore, company_id: CompanyId) -> Result<Self, Failure> {
        let log = companies::log_of(store, &company_id).await?;
        let keyring = self.commands.keyring().of_log(log.clone());
        Self::with(store, company_id, log, keyring).await
    }

    async fn of(
        store: &EventStore,
        company_id: CompanyId,
        master_key: Option<Arc<MasterKeys>>,
    ) -> Result<Self, Failure> {
        let log = companies::log_of(store, &company_id).await?;
        let keyring = master_key::keyring(&log, master_key);
        Self::with(store, company_id, log, keyring).await
    }

    async fn with(
        store: &EventStore,
        company_id: CompanyId,
        log: Log,
        keyring: Keyring,
    ) -> Result<Self, Failure> {
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
