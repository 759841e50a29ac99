//! A company that had moved when the database it came from was restored to before that: it is open in both.

use posars_domain::CompanyId;
use posars_event_store::Relocation;

use super::{FREEZE, Moving, prepared};
use crate::database::Database;
use crate::failure::Failure;

/// Puts down again that a company lives in another database, where its history went on. Answers where it is left behind.
///
/// # Errors
/// `DESTINATION_OCCUPIED` when it went on here as well, `MOVE_UNDER_WAY`, and the codes of both databases.
pub(crate) async fn rejoin(database: &Database, company: &CompanyId, to: &str) -> Result<Moving, Failure> {
    let way = prepared(database, company, to).await?;
    if way.is_there().await? {
        return Ok(way);
    }
    let (from, to) = (way.log().await?, way.to.log(company).await?);
    let relocation = Relocation::take_turn(&from, &to).await?;
    let attempt = way.claimed().await?.ok_or_else(|| way.elsewhere())?;
    relocation.freeze(FREEZE).await?;
    if let Err(error) = relocation.rejoin().await {
        relocation.thaw().await?;
        return Err(error.into());
    }
    if let Some(failure) = way.place(attempt).await? {
        relocation.thaw().await?;
        return Err(failure);
    }
    way.end(relocation, &from).await?;
    Ok(way)
}
