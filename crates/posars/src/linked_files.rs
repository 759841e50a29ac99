//! Files of the folder by links that expire: what S3 does itself for those in a bucket.

use std::ops::Range;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use posars_files::{FileError, FileName, FileStore as _, Folder, LinkRefusal};

/// The routes, to be merged with those of the gateway.
pub(crate) fn router(folder: Folder) -> Router {
    Router::new()
        .route("/files/{*name}", get(file))
        .with_state(folder)
}

/// Why a file is not shown: status, stable code, and what to do.
struct Refusal(StatusCode, &'static str, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, text) = self;
        let (message, next) = text.split_once(". Next: ").unwrap_or((&text, ""));
        let body = serde_json::json!({"error": {"code": code, "message": message, "next": next}});
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        let content_type = [(header::CONTENT_TYPE, "application/json")];
        (status, no_store, content_type, format!("{body}\n")).into_response()
    }
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        let (status, code) = match &error {
            FileError::Missing { .. } => (StatusCode::NOT_FOUND, "FILE_MISSING"),
            FileError::BadRange { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "FILE_RANGE_INVALID"),
            FileError::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "FILES_UNAVAILABLE"),
            FileError::Taken { .. } | FileError::Damaged { .. } | FileError::Refused { .. } => {
                (StatusCode::INTERNAL_SERVER_ERROR, "FILES_REFUSED")
            }
        };
        // Where the folder is, is nobody's business out there; the log says it.
        let is_ours = matches!(error, FileError::Unavailable { .. } | FileError::Refused { .. });
        if is_ours {
            tracing::warn!(%error, "a file that is linked to could not be read");
            let text = "the file cannot be read now. Next: try again later".to_owned();
            return Self(status, code, text);
        }
        Self(status, code, error.to_string())
    }
}

async fn file(
    State(folder): State<Folder>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (name, expires, signature) = link(&name, uri.query().unwrap_or_default()).ok_or_else(forged)?;
    let keys = folder.clone();
    let key = tokio::task::spawn_blocking(move || keys.link_key()).await;
    let key = key.map_err(|error| FileError::Unavailable {
        doing: "reading the key of links".to_owned(),
        detail: error.to_string(),
    })??;
    match key.check(&name, expires, &signature, Timestamp::now()) {
        Ok(()) => {}
        Err(LinkRefusal::Forged) => return Err(forged()),
        Err(error @ LinkRefusal::Expired) => {
            return Err(Refusal(StatusCode::FORBIDDEN, "LINK_EXPIRED", error.to_string()));
        }
    }
    let Some(facts) = folder.stat(&name).await? else {
        return Err(Refusal::from(FileError::Missing {
            name: name.to_string(),
        }));
    };
    let size_bytes = facts.size_bytes;
    let range = headers
        .get(header::RANGE)
        .and_then(|range| asked(range.to_str().ok()?, size_bytes));
    let content = folder.read(&name, range.clone()).await?;
    let mut response = Response::new(Body::from_stream(content));
    let length = range.as_ref().map_or(size_bytes, |range| {
        range.end.min(size_bytes).saturating_sub(range.start)
    });
    if let Some(range) = range {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = range.end.min(size_bytes).saturating_sub(1);
        let of = format!("bytes {}-{last}/{size_bytes}", range.start);
        set(&mut response, header::CONTENT_RANGE, &of);
    }
    let attachment = format!("attachment; filename=\"{}\"", name.last_part());
    set(
        &mut response,
        header::CONTENT_TYPE,
        name.file_type().content_type(),
    );
    set(&mut response, header::CONTENT_LENGTH, &length.to_string());
    set(&mut response, header::CONTENT_DISPOSITION, &attachment);
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(&mut response, header::CACHE_CONTROL, "private, no-store");
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    Ok(response)
}

fn forged() -> Refusal {
    Refusal(
        StatusCode::FORBIDDEN,
        "LINK_INVALID",
        LinkRefusal::Forged.to_string(),
    )
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    // All values are of our own making and printable.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// What a link says; none when it is not written as ours are.
fn link(name: &str, query: &str) -> Option<(FileName, i64, String)> {
    let (mut expires, mut signature) = (None, None);
    for pair in query.split('&') {
        match pair.split_once('=')? {
            ("expires", value) if expires.is_none() => expires = Some(value.parse().ok()?),
            ("signature", value) if signature.is_none() => signature = Some(value.to_owned()),
            _ => return None,
        }
    }
    Some((name.parse().ok()?, expires?, signature?))
}

/// The bytes that a client asks for; none for a form that is not known here, which then gets all.
fn asked(range: &str, size_bytes: u64) -> Option<Range<u64>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    match (first, last) {
        ("", "") => None,
        ("", last) => Some(size_bytes.saturating_sub(last.parse().ok()?)..size_bytes),
        (first, "") => Some(first.parse().ok()?..u64::MAX),
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(first..last.saturating_add(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_clients_write_them() {
        assert_eq!(asked("bytes=0-9", 100), Some(0..10));
        assert_eq!(asked("bytes=90-", 100), Some(90..u64::MAX));
        assert_eq!(asked("bytes=-5", 100), Some(95..100));
        assert_eq!(asked("bytes=-500", 100), Some(0..100));
        for other in [
            "",
            "bytes",
            "bytes=-",
            "bytes=9-0",
            "bytes=0-1,5-6",
            "lines=0-9",
            "bytes=a-b",
        ] {
            assert_eq!(asked(other, 100), None, "{other}");
        }
    }

    #[test]
    fn a_link_is_one_of_ours_or_none() {
        let (name, expires, signature) = link("reports/a.csv", "expires=7&signature=ab").unwrap();
        assert_eq!(
            (name.as_str(), expires, signature.as_str()),
            ("reports/a.csv", 7, "ab")
        );
        for (name, query) in [
            ("reports/a.csv", ""),
            ("reports/a.csv", "expires=7"),
            ("reports/a.csv", "expires=x&signature=ab"),
            ("reports/a.csv", "expires=7&signature=ab&expires=9"),
            ("reports/a.csv", "expires=7&signature=ab&more=1"),
            ("../a.csv", "expires=7&signature=ab"),
            (".link-key", "expires=7&signature=ab"),
        ] {
            assert!(link(name, query).is_none(), "{name}?{query}");
        }
    }
}
