//! What each migration does to tables that are there already, as a test measured it on a real server.
//!
//! `effects.txt` holds a line for each; the test `effects` writes and compares it. So a plan needs no right to try a
//! migration out, and says what was seen, not what a reader of SQL expects.

use std::fmt;

/// The measured effects.
const MEASURED: &str = include_str!("effects.txt");

/// Something that a migration does to a table which is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What.
    pub kind: EffectKind,
    /// To which table; of one that is partitioned, its partitions included.
    pub table: String,
}

/// What a migration does to a table. In the order of how much it keeps others from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EffectKind {
    /// Writes the whole table anew, for which it is locked.
    Rewrite,
    /// Builds an index, for which the table is locked.
    IndexBuild,
    /// Locks it against reading and writing.
    LockAll,
    /// Locks it against writing.
    LockWrites,
    /// Locks it against changes of its definition only.
    LockDefinition,
    /// Writes rows.
    WriteRows,
}

impl EffectKind {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Rewrite, "rewrite"),
        (Self::IndexBuild, "index_build"),
        (Self::LockAll, "lock_all"),
        (Self::LockWrites, "lock_writes"),
        (Self::LockDefinition, "lock_definition"),
        (Self::WriteRows, "write_rows"),
    ];

    /// A stable word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS
            .into_iter()
            .find_map(|(kind, word)| (kind == self).then_some(word))
            .unwrap_or_default()
    }

    /// What it means for whoever uses the table meanwhile.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Rewrite => "is written anew as a whole; the time grows with its size",
            Self::IndexBuild => "gets an index; the time grows with its size",
            Self::LockAll => "is locked: nobody reads or writes it until the migration commits",
            Self::LockWrites => "is locked against writing until the migration commits; reads go on",
            Self::LockDefinition => "is locked against other migrations only; reads and writes go on",
            Self::WriteRows => "has rows written; reads and writes of other rows go on",
        }
    }

    /// Whether it lasts longer the larger the table is, while others wait.
    #[must_use]
    pub fn grows_with_the_table(self) -> bool {
        matches!(self, Self::Rewrite | Self::IndexBuild)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.table, self.kind.meaning())
    }
}

/// The effects of one migration, in the order of their kinds.
pub(crate) fn effects_of(version: i32) -> Vec<Effect> {
    let name = format!("V{version}");
    let mut effects: Vec<Effect> = MEASURED
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (migration, word, table) = (words.next()?, words.next()?, words.next()?);
            let kind = EffectKind::WORDS.into_iter().find(|(_, known)| *known == word)?.0;
            (migration == name).then(|| Effect {
                kind,
                table: table.to_owned(),
            })
        })
        .collect();
    effects.sort_by(|a, b| (a.kind, &a.table).cmp(&(b.kind, &b.table)));
    effects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        for line in MEASURED.lines().filter(|line| !line.starts_with('#')) {
            let version = line
                .strip_prefix('V')
                .and_then(|line| line.split_whitespace().next()?.parse().ok());
            let effects = effects_of(version.unwrap());
            let shown = effects
                .iter()
                .map(|effect| format!("V{} {} {}", version.unwrap(), effect.kind.word(), effect.table));
            assert!(shown.into_iter().any(|shown| shown == line), "{line}");
        }
    }
}
