//! Lists of settings, which are read whole: somebody typed each of them in.

use posars_projections::{PAGE_ROWS_MAX, Page, PageRequest, Position, QueryError};
use tonic::Status;

use crate::status;

/// Rows that a list is read to at most: settings that people typed in are fewer by far.
const ROWS_MAX: usize = 100_000;

/// Every row of a list, and the position that the first page includes.
///
/// # Errors
/// The status of the query that failed.
pub(super) async fn whole_list<T, Answer>(
    list: impl Fn(PageRequest) -> Answer,
) -> Result<(Vec<T>, Position), Status>
where
    Answer: Future<Output = Result<Page<T>, QueryError>>,
{
    let mut request = PageRequest::first(PAGE_ROWS_MAX);
    let mut rows = Vec::new();
    let mut position = None;
    loop {
        let page = list(request).await.map_err(|error| status::from_query(&error))?;
        let first = *position.get_or_insert(page.position);
        rows.extend(page.rows);
        match page.next {
            Some(after) if rows.len() < ROWS_MAX => {
                request = PageRequest {
                    rows_max: PAGE_ROWS_MAX,
                    after: Some(after),
                    at: Some(first),
                };
            }
            Some(_) | None => return Ok((rows, first)),
        }
    }
}

/// The rows behind a key, of a list that is ordered by it.
pub(super) fn after_key<'rows, T>(
    rows: &'rows [T],
    after: Option<&str>,
    key_of: impl Fn(&T) -> String,
) -> &'rows [T] {
    let first = after.map_or(0, |after| {
        rows.partition_point(|row| key_of(row).as_str() <= after)
    });
    rows.get(first..).unwrap_or_default()
}
