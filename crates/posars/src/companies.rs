//! The companies of a database, and the one that a command works with.

use std::collections::BTreeSet;

use posars_domain::CompanyId;
use posars_event_store::{EventStore, Log, LogName, StoreConfig};

use crate::database::Database;
use crate::failure::{Exit, Failure};
use crate::queues::Queues;
use crate::settings::COMPANY;

/// The variable that names the company where no flag does.
pub(crate) const COMPANY_VARIABLE: &str = "POSARS_COMPANY";

/// The company that a command works with.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CompanyArgs {
    /// The company that this is about; `posars companies list` shows those there are
    #[arg(
        id = "company",
        long = "company",
        value_name = "ID",
        env = COMPANY_VARIABLE,
        hide_env_values = true,
        default_value = COMPANY
    )]
    pub(crate) id: CompanyId,
}

/// What a command that is told to somebody needs to be about the same company: nothing for the usual one.
pub(crate) fn option_of(company: &str) -> String {
    if company == COMPANY {
        String::new()
    } else {
        format!(" --company {company}")
    }
}

/// Connects to the logs of a database.
///
/// # Errors
/// `DATABASE_UNAVAILABLE` and the other codes of the database.
pub(crate) async fn connect(database: &Database) -> Result<EventStore, Failure> {
    let replica = database.replica().map(str::to_owned);
    let config = config_of(database.url(), database.queues()).with_replica(replica);
    Ok(EventStore::connect(config).await?)
}

/// Connects to the logs of the database at an address, whose appends these queues are told of.
///
/// # Errors
/// As [`connect`].
pub(crate) async fn connect_to(address: &str, queues: Option<&Queues>) -> Result<EventStore, Failure> {
    Ok(EventStore::connect(config_of(address, queues)).await?)
}

fn config_of(address: &str, queues: Option<&Queues>) -> StoreConfig {
    let mut config = StoreConfig::new(address);
    config.announce_to = queues.map(Queues::announce_to).unwrap_or_default();
    config
}

/// The log of a company, made when it has none.
///
/// # Errors
/// The codes of the database.
pub(crate) async fn log_of(store: &EventStore, company: &CompanyId) -> Result<Log, Failure> {
    Ok(store.log(&log_name(company)?).await?)
}

/// Every company that has a log, by id.
///
/// # Errors
/// The codes of the database.
pub(crate) async fn with_a_log(store: &EventStore) -> Result<BTreeSet<CompanyId>, Failure> {
    let mut companies = BTreeSet::new();
    for log in store.logs().await? {
        match log.as_str().parse::<CompanyId>() {
            Ok(company) => {
                companies.insert(company);
            }
            Err(error) => {
                tracing::warn!(%log, %error, "a log is not that of a company; it is left out");
            }
        }
    }
    Ok(companies)
}

/// The name of a company's log.
///
/// # Errors
/// `LOG_NAME_INVALID`.
pub(crate) fn log_name(company: &CompanyId) -> Result<LogName, Failure> {
    LogName::parse(company.as_str()).map_err(|error| Failure::new(Exit::Failure, "LOG_NAME_INVALID", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_company_needs_no_option() {
        assert_eq!(option_of(COMPANY), "");
        assert_eq!(option_of("filial"), " --company filial");
    }
}
