//! Page tokens: opaque to the client, bound to the request they came from and to a position in the log.

use posars_event_store::Position;
use posars_projections::{PageRequest, QueryError};
use prost::Message;
use sha2::{Digest as _, Sha256};
use tonic::Status;

use crate::errors::PAGE_TOKEN_INVALID;
use crate::status;
use crate::wire::Reader;

/// Rows of a page when the client does not say.
const PAGE_ROWS_DEFAULT: u32 = 100;
/// Rows of a page at most.
const PAGE_ROWS_MAX: u32 = posars_projections::PAGE_ROWS_MAX;
/// Bytes of the request's hash in a token: enough to tell a client that it changed its filters half way.
const FINGERPRINT_BYTES: usize = 8;

/// What a token says. A proto message of its own, never described to clients.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct PageToken {
    /// Position that the first page was read at.
    #[prost(uint64, tag = "1")]
    pub(crate) position: u64,
    /// Last row of the page before, as its query orders rows.
    #[prost(string, repeated, tag = "2")]
    pub(crate) after: Vec<String>,
    /// Hash of the filters.
    #[prost(bytes = "vec", tag = "3")]
    fingerprint: Vec<u8>,
}

/// Which page a list request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageAsked {
    /// Rows to return at most, 1 to 1000.
    pub(crate) rows_max: u32,
    /// The token; `None` for the first page.
    pub(crate) token: Option<PageToken>,
    fingerprint: Vec<u8>,
}

impl PageAsked {
    /// Reads `page_size` and `page_token`. `filters` is the request without both: a token is only good for the request
    /// it came from.
    pub(crate) fn read(
        reader: &mut Reader,
        page_size: i32,
        page_token: &str,
        filters: &impl Message,
    ) -> Option<Self> {
        let rows_max = read_size(reader, page_size)?;
        let fingerprint = Sha256::digest(filters.encode_to_vec())[..FINGERPRINT_BYTES].to_vec();
        if page_token.is_empty() {
            return Some(Self {
                rows_max,
                token: None,
                fingerprint,
            });
        }
        let token = hex::decode(page_token)
            .ok()
            .and_then(|bytes| PageToken::decode(bytes.as_slice()).ok());
        match token {
            Some(token) if token.fingerprint == fingerprint => Some(Self {
                rows_max,
                token: Some(token),
                fingerprint,
            }),
            Some(_other_request) => {
                reader.refuse(
                    "page_token",
                    PAGE_TOKEN_INVALID,
                    "the token belongs to a list with other filters; keep every field but the token as it was, or start \
                     again with an empty token",
                );
                None
            }
            None => {
                reader.refuse(
                    "page_token",
                    PAGE_TOKEN_INVALID,
                    "not a token that this server gave out; start again with an empty token",
                );
                None
            }
        }
    }

    /// What the query needs to know.
    pub(crate) fn request(&self) -> PageRequest {
        let token = self.token.as_ref();
        PageRequest {
            rows_max: self.rows_max,
            after: token.map(|token| token.after.clone()),
            at: token.map(|token| Position::new(token.position)),
        }
    }

    /// The key after which the page begins, of a list that is ordered by one; none for the first page.
    pub(crate) fn after_key(&self) -> Option<&str> {
        let token = self.token.as_ref()?;
        token.after.first().map(String::as_str)
    }

    /// As [`Self::after_key`], of a list that is ordered by a number.
    ///
    /// # Errors
    /// `PAGE_TOKEN_INVALID` when the token holds no number.
    pub(crate) fn after_number(&self) -> Result<Option<u64>, Status> {
        let number = self.after_key().map(str::parse).transpose();
        number.map_err(|_| {
            status::from_query(&QueryError::BadPage {
                problem: "it names no row".to_owned(),
            })
        })
    }

    /// The page of rows of which one more was read than asked for, if there are so many; with the token of the next page.
    pub(crate) fn of_one_more<'rows, T>(
        &self,
        rows: &'rows [T],
        key_of: impl Fn(&T) -> String,
    ) -> (&'rows [T], String) {
        let rows_max = usize::try_from(self.rows_max).unwrap_or(usize::MAX);
        let page = rows.get(..rows_max).unwrap_or(rows);
        let has_more = page.len() < rows.len();
        let next = page.last().filter(|_| has_more).map(|last| vec![key_of(last)]);
        (page, self.next_token(Position::START, next))
    }

    /// The page of a list that is whole in memory and only ever grows at its end; with the token of the next one.
    pub(crate) fn of_whole<'rows, T>(&self, rows: &'rows [T], position: Position) -> (&'rows [T], String) {
        let first = self.token.as_ref().and_then(|token| token.after.first());
        let first = first.and_then(|rows| rows.parse::<usize>().ok()).unwrap_or(0);
        let rows_max = usize::try_from(self.rows_max).unwrap_or(usize::MAX);
        let end = first.saturating_add(rows_max).min(rows.len());
        let next = (end < rows.len()).then(|| vec![end.to_string()]);
        (
            rows.get(first..end).unwrap_or_default(),
            self.next_token(position, next),
        )
    }

    /// The token of the page that goes on at `next`; empty after the last. `position` is that of this page, and is kept
    /// if it is the first.
    pub(crate) fn next_token(&self, position: Position, next: Option<Vec<String>>) -> String {
        let Some(after) = next else { return String::new() };
        let position = self.token.as_ref().map_or(position.get(), |token| token.position);
        let token = PageToken {
            position,
            after,
            fingerprint: self.fingerprint.clone(),
        };
        hex::encode(token.encode_to_vec())
    }
}

/// Reads the page that a list's request asks for. What it leaves of the request are the filters, which its token is good
/// for.
///
/// With a reader for a request that has more to be read; without one, the whole answer. `now` for a list that waits for
/// no position.
macro_rules! page_asked {
    (now $request:ident) => {{
        let mut reader = $crate::wire::Reader::new();
        let page = $crate::page::page_asked!(now &mut reader, $request);
        reader.finish(page)
    }};
    (now $reader:expr, $request:ident) => {{
        let page_token = std::mem::take(&mut $request.page_token);
        let page_size = std::mem::take(&mut $request.page_size);
        $crate::page::PageAsked::read($reader, page_size, &page_token, &$request)
    }};
    ($request:ident) => {{
        $request.min_position = 0;
        $crate::page::page_asked!(now $request)
    }};
    ($reader:expr, $request:ident) => {{
        $request.min_position = 0;
        $crate::page::page_asked!(now $reader, $request)
    }};
}
pub(crate) use page_asked;

fn read_size(reader: &mut Reader, page_size: i32) -> Option<u32> {
    match u32::try_from(page_size) {
        Ok(0) => Some(PAGE_ROWS_DEFAULT),
        Ok(size) if size <= PAGE_ROWS_MAX => Some(size),
        Ok(_) | Err(_) => {
            let problem = format!(
                "{page_size} is not a page size; ask for 1 to {PAGE_ROWS_MAX}, or 0 for {PAGE_ROWS_DEFAULT}"
            );
            reader.refuse("page_size", "PAGE_SIZE_INVALID", problem);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sales::v1::ListSalesRequest;

    fn request(store_id: &str) -> ListSalesRequest {
        ListSalesRequest {
            store_id: store_id.into(),
            ..Default::default()
        }
    }

    #[test]
    fn a_token_comes_back_with_its_position_and_row() {
        let mut reader = Reader::new();
        let first = PageAsked::read(&mut reader, 0, "", &request("sp01")).unwrap();
        assert_eq!((first.rows_max, &first.token), (PAGE_ROWS_DEFAULT, &None));
        let token = first.next_token(Position::new(41), Some(vec!["2026-11-22".into(), "7".into()]));
        let second = PageAsked::read(&mut reader, 1000, &token, &request("sp01")).unwrap();
        let asked = second.request();
        assert_eq!((asked.at, asked.rows_max), (Some(Position::new(41)), 1000));
        assert_eq!(asked.after.unwrap(), ["2026-11-22", "7"]);
        let third = second.next_token(Position::new(99), Some(vec!["2026-11-23".into(), "1".into()]));
        let third = PageAsked::read(&mut reader, 0, &third, &request("sp01")).unwrap();
        assert_eq!(
            third.request().at,
            Some(Position::new(41)),
            "every page is of the first one's position"
        );
        assert_eq!(third.next_token(Position::new(99), None), "");
        assert!(reader.finish(Some(())).is_ok());
    }

    #[test]
    fn a_list_in_memory_comes_in_pages_of_its_size() {
        let rows = [1, 2, 3, 4, 5];
        let (mut token, mut pages) = (String::new(), Vec::new());
        loop {
            let asked = PageAsked::read(&mut Reader::new(), 2, &token, &request("sp01")).unwrap();
            let (page, next) = asked.of_whole(&rows, Position::new(7));
            pages.push(page);
            token = next;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(pages, [&[1, 2][..], &[3, 4], &[5]]);
        let asked = PageAsked::read(&mut Reader::new(), 5, "", &request("sp01")).unwrap();
        assert_eq!(
            asked.of_whole(&rows, Position::new(7)),
            (&rows[..], String::new())
        );
    }

    #[test]
    fn refuses_foreign_tokens_and_sizes() {
        let token = {
            let first = PageAsked::read(&mut Reader::new(), 5, "", &request("sp01")).unwrap();
            first.next_token(Position::new(1), Some(Vec::new()))
        };
        for (size, token) in [(5, token.as_str()), (5, "zz"), (5, "ff"), (-1, ""), (1001, "")] {
            let mut reader = Reader::new();
            assert_eq!(PageAsked::read(&mut reader, size, token, &request("rj02")), None);
            assert!(reader.finish(Some(())).is_err(), "{size} {token}");
        }
    }
}
