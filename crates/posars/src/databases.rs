//! The databases of an installation: the one that is asked first, and those that companies were moved to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use posars_domain::CompanyId;
use posars_event_store::{Closure, EventStore, Log, OpenLog, Placement};
use posars_keyring::master_keys_in_use;
use tokio::sync::OnceCell;

use crate::companies::{self, COMPANY_VARIABLE};
use crate::database::{Database, Need};
use crate::failure::{Exit, Failure};
use crate::queues::Queues;
use crate::settings::{COMPANY, without_password};

/// Companies named to somebody who asked for one that is not there.
const COMPANIES_SHOWN: usize = 20;

/// Open stores, one per database. Clones share them.
#[derive(Clone)]
pub(crate) struct Databases {
    first: EventStore,
    others: Arc<Mutex<HashMap<String, Arc<OnceCell<EventStore>>>>>,
    queues: Option<Queues>,
    /// Whether they are ours to migrate.
    migrates: bool,
}

/// Where each moved company lives, by company.
pub(crate) type Placements = BTreeMap<CompanyId, Placement>;

/// What a look for all companies found.
#[derive(Default)]
pub(crate) struct Found {
    /// Those that can be opened, with their stores.
    pub(crate) companies: BTreeMap<CompanyId, EventStore>,
    /// Those whose database is away, with the reason.
    pub(crate) away: BTreeMap<CompanyId, Failure>,
}

impl Databases {
    /// Connects to the first one.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` and the other codes of the database.
    pub(crate) async fn open(database: &Database) -> Result<Self, Failure> {
        Ok(Self {
            first: companies::connect(database).await?,
            others: Arc::default(),
            queues: database.queues().cloned(),
            migrates: database.need() == Need::Serving,
        })
    }

    /// The one that is asked first: it has the placements, the users and their grants.
    pub(crate) const fn first(&self) -> &EventStore {
        &self.first
    }

    /// The one at an address of a placement; none is the first.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` and the other codes of the database, with its address.
    pub(crate) async fn at(&self, address: Option<&str>) -> Result<EventStore, Failure> {
        let Some(address) = address else {
            return Ok(self.first.clone());
        };
        let cell = {
            let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(others.entry(address.to_owned()).or_default())
        };
        // One that is away keeps nobody from the others.
        let store = cell.get_or_try_init(|| self.connect_to(address)).await?;
        Ok(store.clone())
    }

    async fn connect_to(&self, address: &str) -> Result<EventStore, Failure> {
        self.bring_schema_up_to_date(address).await?;
        let connected = companies::connect_to(address, self.queues.as_ref()).await;
        connected.map_err(|failure| Failure {
            message: format!("at {}: {}", without_password(address), failure.message),
            ..failure
        })
    }

    /// As the first database, those of moved companies are migrated by whoever serves; all others refuse an old schema.
    async fn bring_schema_up_to_date(&self, address: &str) -> Result<(), Failure> {
        let pending = posars_schema::pending(address).await?;
        let Some(next) = pending.first() else {
            return Ok(());
        };
        if self.migrates {
            posars_schema::migrate(address).await?;
            return Ok(());
        }
        Err(Failure::new(
            Exit::Conflict,
            "SCHEMA_BEHIND",
            format!(
                "the schema of {} lacks {} migrations, {next} first",
                without_password(address),
                pending.len()
            ),
        )
        .next("run `posars migrate`, which migrates the databases of moved companies, too"))
    }

    /// Where the companies live that were moved.
    ///
    /// # Errors
    /// The codes of the database.
    pub(crate) async fn placements(&self) -> Result<Placements, Failure> {
        let mut placements = Placements::new();
        for placement in self.first.placements().await? {
            match placement.log.as_str().parse::<CompanyId>() {
                Ok(company) => drop(placements.insert(company, placement)),
                Err(error) => {
                    tracing::warn!(log = %placement.log, %error, "a moved log is not that of a company");
                }
            }
        }
        Ok(placements)
    }

    /// The store of a company, whether or not it has a log there.
    ///
    /// # Errors
    /// The codes of both databases.
    pub(crate) async fn of(&self, company: &CompanyId) -> Result<EventStore, Failure> {
        let placements = self.placements().await?;
        let placement = placements.get(company);
        self.at(placement.and_then(|placement| placement.address.as_deref()))
            .await
    }

    /// Every company of the installation, by id, with its store. What only stands in a database because it is copied to
    /// there, or was before it moved, is none.
    ///
    /// # Errors
    /// The codes of all databases.
    pub(crate) async fn companies(&self) -> Result<BTreeMap<CompanyId, EventStore>, Failure> {
        let Found { companies, away } = self.found().await?;
        away.into_values().next().map_or(Ok(companies), Err)
    }

    /// The same, where a database is away that companies were moved to: then it is only theirs that cannot be had.
    ///
    /// # Errors
    /// The codes of the first database.
    pub(crate) async fn found(&self) -> Result<Found, Failure> {
        let placements = self.placements().await?;
        let mut found = Found::default();
        for company in companies::with_a_log(&self.first).await? {
            if !placements.contains_key(&company) && lives_in(&self.first, &company).await? {
                found.companies.insert(company, self.first.clone());
            }
        }
        // Each address is tried once: one that is away takes its time to say so.
        let mut tried: BTreeMap<Option<String>, Result<EventStore, Failure>> = BTreeMap::new();
        for (company, placement) in placements {
            let address = placement.address;
            if !tried.contains_key(&address) {
                let store = self.at(address.as_deref()).await;
                tried.insert(address.clone(), store);
            }
            match tried.get(&address) {
                Some(Ok(store)) => drop(found.companies.insert(company, store.clone())),
                Some(Err(failure)) => drop(found.away.insert(company, failure.clone())),
                None => {}
            }
        }
        Ok(found)
    }

    /// A company that takes writes in two databases, with both places: one of them was restored to a time when it lived
    /// there. What is away is not looked at.
    ///
    /// # Errors
    /// The codes of the databases that are there.
    pub(crate) async fn in_two_places(&self) -> Result<Option<(CompanyId, [String; 2])>, Failure> {
        let addresses: BTreeSet<Option<String>> = self
            .placements()
            .await?
            .into_values()
            .map(|placement| placement.address)
            .chain([None])
            .collect();
        let mut known: BTreeMap<OpenLog, (Option<String>, EventStore)> = BTreeMap::new();
        for address in addresses {
            let Ok(store) = self.at(address.as_deref()).await else {
                continue;
            };
            for log in store.open_logs().await? {
                let Ok(company) = log.log.as_str().parse::<CompanyId>() else {
                    continue;
                };
                let here = (address.clone(), store.clone());
                if let Some((before, other)) = known.insert(log, here)
                    && !other.is_same_database(&store).await?
                {
                    return Ok(Some((
                        company,
                        [place(before.as_deref()), place(address.as_deref())],
                    )));
                }
            }
        }
        Ok(None)
    }

    /// Refuses to serve while a company takes writes in two databases.
    ///
    /// # Errors
    /// `COMPANY_IN_TWO_PLACES`, and the codes of the databases.
    pub(crate) async fn must_be_in_one_place(&self) -> Result<(), Failure> {
        match self.in_two_places().await? {
            None => Ok(()),
            Some((company, [one, other])) => Err(Failure::new(
                Exit::Conflict,
                "COMPANY_IN_TWO_PLACES",
                format!("company {company} takes writes in {one} and in {other}: one was restored to before a move"),
            )
            .next(format!(
                "see docs/runbooks/after-a-restore.md; where nothing was written since, `posars companies move {company} \
                 --to URL --rejoin` with the URL of the place where it went on"
            ))),
        }
    }

    /// The log of a company where it lives, made when it has none.
    ///
    /// # Errors
    /// The codes of its database.
    pub(crate) async fn log_of(&self, company: &CompanyId) -> Result<Log, Failure> {
        companies::log_of(&self.of(company).await?, company).await
    }

    /// The master keys that wrap something in any of them.
    ///
    /// # Errors
    /// The codes of all databases.
    pub(crate) async fn master_keys_in_use(&self) -> Result<Vec<String>, Failure> {
        let mut keys = master_keys_in_use(&self.first).await?;
        for placement in self.placements().await?.into_values() {
            let Some(address) = &placement.address else {
                continue;
            };
            keys.extend(master_keys_in_use(&self.at(Some(address)).await?).await?);
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }
}

/// The database of a placement, for people.
pub(crate) fn place(address: Option<&str>) -> String {
    address.map_or_else(|| "the first database".to_owned(), without_password)
}

/// Whether the log of a company that no placement names is open in a database, or only leaves it.
pub(crate) async fn lives_in(store: &EventStore, company: &CompanyId) -> Result<bool, Failure> {
    let log = companies::log_of(store, company).await?;
    Ok(match log.closure().await? {
        None | Some(Closure::Leaving) => true,
        Some(Closure::Arriving | Closure::Moved) => false,
    })
}

/// Refuses a company that has no log, so that a slip of the keyboard makes none. The one of a single machine is made
/// when it is needed and always good.
///
/// # Errors
/// `COMPANY_UNKNOWN` with those there are, and the codes of the database.
pub(crate) async fn must_exist(databases: &Databases, company: &CompanyId) -> Result<(), Failure> {
    if company.as_str() == COMPANY {
        return Ok(());
    }
    let mut known = companies::with_a_log(databases.first()).await?;
    known.extend(databases.placements().await?.into_keys());
    if known.contains(company) {
        return Ok(());
    }
    known.insert(COMPANY.parse()?);
    Err(unknown(company, &known))
}

fn unknown(company: &CompanyId, known: &BTreeSet<CompanyId>) -> Failure {
    let shown: Vec<&str> = known
        .iter()
        .take(COMPANIES_SHOWN)
        .map(CompanyId::as_str)
        .collect();
    let more = if known.len() > COMPANIES_SHOWN {
        " and others"
    } else {
        ""
    };
    Failure::new(
        Exit::Failure,
        "COMPANY_UNKNOWN",
        format!("there is no company {company} in this database"),
    )
    .next(format!(
        "name one of these with --company or {COMPANY_VARIABLE}: {}{more}; or make it with `posars up --company {company}`",
        shown.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_companies_are_named_than_somebody_reads() {
        let ids = |count: usize| -> BTreeSet<CompanyId> {
            (0..count).map(|n| format!("c{n:03}").parse().unwrap()).collect()
        };
        let asked: CompanyId = "acme".parse().unwrap();
        for (count, has_others) in [(1, false), (COMPANIES_SHOWN, false), (COMPANIES_SHOWN + 1, true)] {
            let failure = unknown(&asked, &ids(count));
            let next = failure.next.unwrap();
            assert_eq!(next.contains("and others"), has_others, "{next}");
            assert_eq!(next.matches("c0").count(), count.min(COMPANIES_SHOWN), "{next}");
            assert!(next.contains("posars up --company acme"), "{next}");
        }
    }
}
