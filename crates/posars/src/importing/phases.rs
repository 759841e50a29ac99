//! What each phase of an import took: time on the wall, and CPU of this program.

use std::time::Instant;

use serde::Serialize;

/// A tick of `/proc/self/stat`: Linux counts a hundred a second for every program, whatever the kernel's own clock.
const TICK_MS: u64 = 10;

/// The phases of one import.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Phases {
    /// The workbook into memory, by the parsing process.
    pub(crate) reading: Spent,
    /// The rows into the log.
    pub(crate) recording: Spent,
    /// Stock and read models up to the end of the log; none for a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) following: Option<Spent>,
}

/// What one phase took.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spent {
    wall_ms: u64,
    /// CPU of this process and of the parsing process, in steps of 10 ms; PostgreSQL's is not in it. None where the
    /// system does not tell.
    cpu_ms: Option<u64>,
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", seconds(self.wall_ms))?;
        match self.cpu_ms {
            Some(cpu_ms) => write!(f, " ({} CPU)", seconds(cpu_ms)),
            None => Ok(()),
        }
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10)
}

/// Measures phases that follow each other.
pub(crate) struct Clock {
    started: Instant,
    cpu_ms: Option<u64>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            cpu_ms: cpu_ms(),
        }
    }

    /// Ends a phase and begins the next one.
    pub(crate) fn lap(&mut self) -> Spent {
        let now = Self::start();
        let before = std::mem::replace(self, now);
        let wall = self.started.duration_since(before.started);
        Spent {
            wall_ms: u64::try_from(wall.as_millis()).unwrap_or(u64::MAX),
            cpu_ms: self
                .cpu_ms
                .zip(before.cpu_ms)
                .map(|(now, before)| now.saturating_sub(before)),
        }
    }
}

fn cpu_ms() -> Option<u64> {
    ticks(&std::fs::read_to_string("/proc/self/stat").ok()?)?.checked_mul(TICK_MS)
}

/// The fields 14 to 17: user and system time of the process, and of its children that have ended.
fn ticks(stat: &str) -> Option<u64> {
    // The program's name, in brackets, may hold anything; the third field is the first behind it.
    let (_, behind_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = behind_name.split_whitespace().collect();
    fields
        .get(11..15)?
        .iter()
        .map(|field| field.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_name() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194560 90 80 0 0 11 22 33 44 20 0 1 0 5 6 7";
        assert_eq!(ticks(stat), Some(110));
        assert_eq!(ticks("7 (posars) S 1"), None);
    }

    #[test]
    fn the_system_tells() {
        let mut clock = Clock::start();
        let spent = clock.lap();
        assert!(spent.cpu_ms.is_some(), "{spent:?}");
        assert_eq!(
            Spent {
                wall_ms: 12_345,
                cpu_ms: Some(990)
            }
            .to_string(),
            "12.34 s (0.99 s CPU)"
        );
    }
}
