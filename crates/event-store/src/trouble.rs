//! What PostgreSQL says when it cannot do something now, and may do the very same later.

/// In what way a server cannot serve now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It comes, goes, ended a session, or gave way to another transaction.
    Away,
    /// Its disk is full, or does not work.
    DiskFull,
    /// It has no memory, connections or other means left.
    Exhausted,
}

impl Trouble {
    /// What an SQLSTATE of five characters says of the server; none when the statement itself is at fault, and sending
    /// it again will not help.
    ///
    /// # Source
    /// PostgreSQL documentation, appendix A, error codes.
    #[must_use]
    pub fn of_sqlstate(code: &str) -> Option<Self> {
        match code {
            // disk_full, and io_error: the disk of a file that cannot be read, written or made durable.
            "53100" | "58030" => Some(Self::DiskFull),
            // A standby after a failover; ends of sessions by a timeout of the server; query_canceled, which an
            // operator or a timeout did; lock_not_available and object_in_use; system_error.
            "25006" | "25P03" | "25P04" | "57014" | "55P03" | "55006" | "58000" => Some(Self::Away),
            // Insufficient resources: memory, connections, a limit of the configuration.
            _ if code.starts_with("53") => Some(Self::Exhausted),
            // Connection exceptions, operator intervention, and transactions that lost a race.
            _ if ["08", "57P0", "40"].iter().any(|class| code.starts_with(class)) => Some(Self::Away),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_passing_condition_is_told_from_a_statement_at_fault() {
        let cases = [
            (Some(Trouble::DiskFull), &["53100", "58030"][..]),
            (Some(Trouble::Exhausted), &["53000", "53200", "53300", "53400"]),
            (
                Some(Trouble::Away),
                &[
                    "08000", "08003", "08006", "08P01", "25006", "25P03", "25P04", "40001", "40003", "40P01",
                    "55006", "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "58000",
                ],
            ),
            (
                None,
                &[
                    "00000", "22003", "23505", "23514", "28P01", "3D000", "42501", "42P01", "54001", "58P01",
                    "XX000", "XX001", "",
                ],
            ),
        ];
        for (trouble, codes) in cases {
            for code in codes {
                assert_eq!(Trouble::of_sqlstate(code), trouble, "{code}");
            }
        }
    }
}
