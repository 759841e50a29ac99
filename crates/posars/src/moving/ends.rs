//! The end of a move that somebody else began: it is finished behind the placement, and given up before it.

use posars_domain::CompanyId;
use posars_event_store::{Closure, Log};
use posars_keyring::KeysAt;

use super::faults::{Step, reach};
use crate::companies::{self, log_name};
use crate::database::Database;
use crate::databases::{self, Databases, place};
use crate::failure::{Exit, Failure};

/// Does what is left of a move whose placement is written: opens the log where it lives, and removes the keys from where it
/// was. Answers whether there was anything.
///
/// # Errors
/// The codes of both databases.
pub(crate) async fn finish(databases: &Databases, company: &CompanyId) -> Result<bool, Failure> {
    let mut placements = databases.placements().await?;
    let Some(placement) = placements
        .remove(company)
        .filter(|placement| !placement.is_settled)
    else {
        return Ok(false);
    };
    let here = databases.at(placement.address.as_deref()).await?;
    let log = companies::log_of(&here, company).await?;
    if log.closure().await? == Some(Closure::Arriving) {
        log.open_gate().await?;
    }
    let store = databases.at(placement.came_from.as_deref()).await?;
    let old = companies::log_of(&store, company).await?;
    old.mark_moved().await?;
    old.tidy_up_after_move().await?;
    let keys = KeysAt {
        store: &store,
        log: &old,
    };
    reach(Step::KeysLeft);
    keys.remove().await?;
    let came_from = placement.came_from.as_deref();
    databases
        .first()
        .settle_placement(&placement.log, came_from)
        .await?;
    Ok(true)
}

/// Gives up a move that has not come to its placement: the company goes on where it is.
///
/// # Errors
/// `MOVE_OVER` when it lives elsewhere already, `MOVE_UNDER_WAY` while another process moves it.
pub(crate) async fn abort(database: &Database, company: &CompanyId) -> Result<String, Failure> {
    let databases = Databases::open(database).await?;
    databases::must_exist(&databases, company).await?;
    let placements = databases.placements().await?;
    let placement = placements.get(company);
    let address = placement.and_then(|placement| placement.address.as_deref());
    if placement.is_some_and(|placement| !placement.is_settled) {
        return Err(is_over(company, address));
    }
    let log = companies::log_of(&databases.at(address).await?, company).await?;
    if !stay(&databases, &log, company, address).await? {
        return Err(is_over(company, address));
    }
    log.tidy_up_after_move().await?;
    Ok(place(address))
}

/// Opens a log that nobody moves any more, if its company lives at this address; answers whether.
///
/// # Errors
/// `MOVE_UNDER_WAY` while a process moves it, and the codes of both databases.
pub(crate) async fn stay(
    databases: &Databases,
    log: &Log,
    company: &CompanyId,
    address: Option<&str>,
) -> Result<bool, Failure> {
    let name = log_name(company)?;
    // A claim makes void what a mover that hangs may still write.
    let lives_here = async {
        let claimed = databases.first().claim_placement(&name, address).await;
        Ok::<bool, Failure>(claimed?.is_some())
    };
    log.stay(lives_here).await
}

fn is_over(company: &CompanyId, address: Option<&str>) -> Failure {
    Failure::new(
        Exit::Conflict,
        "MOVE_OVER",
        format!(
            "company {company} lives in {} already, or elsewhere",
            place(address)
        ),
    )
    .next("run the same move again, which only does what is left; then it can be moved back")
}
