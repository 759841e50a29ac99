//! What a migration does to the builds that run beside it.
//!
//! Two releases run together while servers are replaced one by one. So a change of the schema comes in two parts: one
//! release *expands* it, and a later one *contracts* it, when nothing needs the old shape any more. Each file says in its
//! heading which of the two it is: `-- phase: expand`, or `-- phase: contract since V13` with the schema whose builds were
//! the first to do without what goes.

use std::fmt;

/// How the line of a heading begins that says it.
const LINE: &str = "-- phase:";
/// The last migration from before the rule; their files are applied and can no longer say it.
const LAST_WITHOUT_LINE: i32 = 13;
/// Those of them that the build before could not run with: V4 refused sessions that name no log, V5 and V6 changed what
/// the functions of an append take.
const BREAKS_OF_BEFORE: [i32; 3] = [4, 5, 6];

/// Whether a migration takes something away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Only adds: every build that ran before can go on, and can be started again.
    Expand,
    /// Takes away what builds with an older schema need.
    Contract {
        /// The oldest schema whose builds do without it.
        since: i32,
    },
}

impl Phase {
    /// The phase of a migration by its file.
    ///
    /// # Errors
    /// What is wrong with its heading, for whoever writes the file.
    pub(crate) fn of(version: i32, sql: &str) -> Result<Self, String> {
        if version <= LAST_WITHOUT_LINE {
            return Ok(if BREAKS_OF_BEFORE.contains(&version) {
                Self::Contract { since: version }
            } else {
                Self::Expand
            });
        }
        let heading = sql.lines().take_while(|line| line.starts_with("--"));
        let mut said = heading.filter_map(|line| line.strip_prefix(LINE)).map(str::trim);
        let form = format!("`{LINE} expand` or `{LINE} contract since V<number>`");
        let (Some(words), None) = (said.next(), said.next()) else {
            return Err(format!("V{version} must say once in its heading {form}"));
        };
        if words == "expand" {
            return Ok(Self::Expand);
        }
        let since = words
            .strip_prefix("contract since V")
            .and_then(|number| number.parse().ok());
        match since {
            Some(since) if since > 0 && since < version => Ok(Self::Contract { since }),
            Some(_) => Err(format!(
                "V{version} takes away what builds of its own release were the first to do without; the release after \
                 next may"
            )),
            None => Err(format!("V{version} says `{words}`; it must be {form}")),
        }
    }

    /// The oldest schema whose builds may run on a database with this migration.
    pub(crate) fn oldest_build(self) -> i32 {
        match self {
            Self::Expand => 0,
            Self::Contract { since } => since,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expand => f.write_str("expand"),
            Self::Contract { since } => write!(f, "contract since V{since}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_says_it_once_and_rightly() {
        let of = |heading: &str| Phase::of(16, &format!("-- What it is.\n{heading}\n\ncreate table t ();"));
        assert_eq!(of("-- phase: expand"), Ok(Phase::Expand));
        assert_eq!(
            of("-- phase: contract since V14"),
            Ok(Phase::Contract { since: 14 })
        );
        for wrong in [
            "",
            "-- phase: shrink",
            "-- phase: contract",
            "-- phase: contract since V0",
            // Its own release's builds cannot have been the first: the one before still runs.
            "-- phase: contract since V16",
            "-- phase: expand\n-- phase: expand",
        ] {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
        // Below the heading it is nobody's business.
        assert!(Phase::of(16, "-- What.\n\n-- phase: expand\n").is_err());
    }

    #[test]
    fn the_files_from_before_the_rule_are_known() {
        assert_eq!(Phase::of(13, ""), Ok(Phase::Expand));
        assert_eq!(Phase::of(5, ""), Ok(Phase::Contract { since: 5 }));
        assert!(Phase::of(14, "").is_err());
    }
}
