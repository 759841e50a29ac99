//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than any number of connections that we serve needs; some systems allow a billion, and a program that looks at
/// each of them at its start then takes minutes.
const OPEN_FILES_MAX: u64 = 65_536;
/// What is open besides the connections of clients: those to the database, pipes, logs.
const OPEN_FILES_BESIDES: u64 = 256;

/// Takes as many as the system lets us have: the usual 1,024 are fewer than the connections that we serve.
pub(crate) fn raise_limit(connections_max: usize) {
    let now = getrlimit(Resource::Nofile);
    let (Some(current), Some(raised)) = (now.current, raised(now)) else {
        return;
    };
    let allowed = match setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(raised),
            ..now
        },
    ) {
        Ok(()) => raised,
        Err(error) => {
            tracing::debug!(%error, "the limit of open files stays as it is");
            current
        }
    };
    let wanted = wanted(connections_max);
    if allowed < wanted {
        tracing::warn!(
            allowed,
            wanted,
            "this process may have fewer files open than its connections need, and will close idle ones sooner; raise \
             the hard limit (ulimit -Hn, LimitNOFILE) or lower --connections-max"
        );
    }
}

/// The limit to ask for; none when there is none.
fn raised(now: Rlimit) -> Option<u64> {
    let most = now.maximum.unwrap_or(OPEN_FILES_MAX).min(OPEN_FILES_MAX);
    now.current.map(|current| current.max(most))
}

/// Connections with a quarter more for newcomers, and what else is open.
fn wanted(connections_max: usize) -> u64 {
    let connections = u64::try_from(connections_max).unwrap_or(u64::MAX);
    connections
        .saturating_add(connections / 4)
        .saturating_add(OPEN_FILES_BESIDES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_and_never_lowered() {
        let raised = |current, maximum| raised(Rlimit { current, maximum });
        assert_eq!(raised(Some(1_024), Some(4_096)), Some(4_096));
        assert_eq!(raised(Some(1_024), Some(1_000_000)), Some(OPEN_FILES_MAX));
        assert_eq!(raised(Some(1_024), None), Some(OPEN_FILES_MAX));
        assert_eq!(raised(Some(500_000), Some(1_000_000)), Some(500_000));
        assert_eq!(raised(None, None), None, "there is no limit");
    }

    #[test]
    fn the_usual_connections_need_more_than_the_usual_limit() {
        assert_eq!(wanted(1_024), 1_536);
    }
}
