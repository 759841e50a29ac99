//! The events that wait to be posted, as a person asks for them.

use posars_domain::unposted::{self, UnpostedEvent};
use posars_event_store::{Log, StreamName};

use super::state::Waiting;
use crate::CommandError;
use crate::load::decode;

/// Streams asked about at once.
const PAGE: u32 = 500;
/// The most lists asked about. Each rule and each role has one, and each sale that something waited behind, for ever: those
/// of sales come last in the order of names, so no others are left out.
const LISTS_MAX: usize = 5_000;

/// How many events wait to be posted; of very many lists only the first are counted.
///
/// # Errors
/// [`CommandError`] when the log cannot be read.
pub async fn count_unposted(log: &Log) -> Result<u64, CommandError> {
    let mut count = 0_u64;
    let mut after: Option<StreamName> = None;
    let mut lists = 0;
    while lists < LISTS_MAX {
        let page = log.streams_of(unposted::CATEGORY, after.as_ref(), PAGE).await?;
        let Some((last, _)) = page.last() else {
            break;
        };
        lists += page.len();
        after = Some(last.clone());
        let streams: Vec<StreamName> = page.into_iter().map(|(stream, _)| stream).collect();
        for last in log.last_events(&streams).await?.into_iter().flatten() {
            let event: UnpostedEvent = decode(&last)?;
            count = count.saturating_add(Waiting::after(&event).count);
        }
    }
    Ok(count)
}
