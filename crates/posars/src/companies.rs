//! The companies of a database, and the one that a command works with.

use std::collections::BTreeSet;

use posars_domain::CompanyId;
use posars_event_store::{EventStore, Log, LogName, StoreConfig};

use crate::database::Database;
use crate::failure::{Exit, Failure};
use crate::settings::COMPANY;

/// The variable that names the company where no flag does.
pub(crate) const COMPANY_VARIABLE: &str = "POSARS_COMPANY";
/// Companies named to somebody who asked for one that is not there.
const COMPANIES_SHOWN: usize = 20;

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
    Ok(EventStore::connect(StoreConfig::new(database.url())).await?)
}

/// The log of a company, made when it has none.
///
/// # Errors
/// The codes of the database.
pub(crate) async fn log_of(store: &EventStore, company: &CompanyId) -> Result<Log, Failure> {
    let name = LogName::parse(company.as_str())
        .map_err(|error| Failure::new(Exit::Failure, "LOG_NAME_INVALID", error))?;
    Ok(store.log(&name).await?)
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

/// Refuses a company that has no log, so that a slip of the keyboard makes none. The one of a single machine is made
/// when it is needed and always good.
///
/// # Errors
/// `COMPANY_UNKNOWN` with those there are, and the codes of the database.
pub(crate) async fn must_exist(store: &EventStore, company: &CompanyId) -> Result<(), Failure> {
    if company.as_str() == COMPANY {
        return Ok(());
    }
    let mut known = with_a_log(store).await?;
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
    fn the_usual_company_needs_no_option() {
        assert_eq!(option_of(COMPANY), "");
        assert_eq!(option_of("filial"), " --company filial");
    }

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
