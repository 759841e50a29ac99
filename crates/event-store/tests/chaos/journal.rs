//! What a writer asked and was answered, over all its lives.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context as _, ensure};

/// What is known of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Entry {
    /// The version that an exact expectation was made with.
    pub(crate) version: u64,
    /// Where it was accepted: first and last position.
    pub(crate) accepted: Option<(u64, u64)>,
    pub(crate) refused: bool,
}

impl Entry {
    pub(crate) fn is_open(&self) -> bool {
        self.accepted.is_none() && !self.refused
    }
}

/// The open file. A line is one write, so a kill leaves whole lines.
#[derive(Debug)]
pub(crate) struct Journal(Mutex<File>);

impl Journal {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Mutex::new(file)))
    }

    /// Before a request is sent for the first time.
    pub(crate) fn intend(&self, number: u64, version: u64) {
        self.line(&format!("intend {number} {version} 0\n"));
    }

    /// After every answer that accepts it, also the second and third.
    pub(crate) fn accepted(&self, number: u64, (first, last): (u64, u64)) {
        self.line(&format!("accepted {number} {first} {last}\n"));
    }

    pub(crate) fn refused(&self, number: u64) {
        self.line(&format!("refused {number} 0 0\n"));
    }

    fn line(&self, line: &str) {
        self.0.lock().unwrap().write_all(line.as_bytes()).unwrap();
    }
}

/// Reads a journal; an answer that differs from an earlier one to the same request is an error.
pub(crate) fn read(path: &Path) -> anyhow::Result<BTreeMap<u64, Entry>> {
    let mut entries: BTreeMap<u64, Entry> = BTreeMap::new();
    if !path.exists() {
        return Ok(entries);
    }
    for line in std::fs::read_to_string(path)?.lines() {
        let mut words = line.split(' ');
        let word = words.next().unwrap_or_default();
        let numbers: Vec<u64> = words
            .map(str::parse)
            .collect::<Result<_, _>>()
            .context(line.to_owned())?;
        let [number, one, two] = numbers[..] else {
            anyhow::bail!("torn line {line:?}");
        };
        if word == "intend" {
            let before = entries.insert(
                number,
                Entry {
                    version: one,
                    ..Entry::default()
                },
            );
            ensure!(before.is_none(), "{path:?}: request {number} was begun twice");
            continue;
        }
        let entry = entries
            .get_mut(&number)
            .with_context(|| format!("{line}: never begun"))?;
        // Versions only grow and claims are never given up, so what was refused stays refused.
        let same = match word {
            "accepted" => entry.accepted == Some((one, two)),
            _ => entry.refused,
        };
        ensure!(entry.is_open() || same, "{line}: before {entry:?}");
        match word {
            "accepted" => entry.accepted = Some((one, two)),
            "refused" => entry.refused = true,
            other => anyhow::bail!("unknown word {other}"),
        }
    }
    Ok(entries)
}
