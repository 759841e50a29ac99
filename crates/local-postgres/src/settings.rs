//! How a server is run: the caller's wishes and PostgreSQL's settings made of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Installation;
use crate::durability::Durability;
use crate::layout::Layout;

/// Recovery after a crash may replay gigabytes of WAL; below this a slow disk would look like a failure.
const START_TIMEOUT: Duration = Duration::from_secs(180);
/// PostgreSQL's buffer cache when memory allows; the kernel's cache does the rest.
const SHARED_BUFFERS_MB_MAX: u64 = 256;
/// Below this PostgreSQL itself becomes slow.
const SHARED_BUFFERS_MB_MIN: u64 = 16;
/// The share of the machine's memory that the buffer cache may take: one in so many parts.
const SHARED_BUFFERS_PART_OF_MEMORY: u64 = 16;

/// What to run and where.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The programs.
    pub installation: Installation,
    /// The folder of the product's data; the server uses only `pg/` in it.
    pub data_dir: PathBuf,
    /// What commits survive.
    pub durability: Durability,
    /// Further PostgreSQL settings; they win over ours, except for those that keep the server private.
    pub settings: Vec<(String, String)>,
    /// How long a start may take, recovery included.
    pub start_timeout: Duration,
}

impl ServerConfig {
    /// A durable server below `data_dir` with our settings.
    pub fn new(installation: Installation, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            installation,
            data_dir: data_dir.into(),
            durability: Durability::default(),
            settings: Vec::new(),
            start_timeout: START_TIMEOUT,
        }
    }
}

/// The command line settings, later ones winning: tuning, the caller's, then those that keep it private, with `access`.
pub(crate) fn for_server(
    config: &ServerConfig,
    layout: &Layout,
    access: Vec<(String, String)>,
) -> Vec<(String, String)> {
    let mut all = tuning(config.durability);
    all.extend(config.settings.iter().cloned());
    all.extend(privacy(layout));
    all.extend(access);
    all
}

fn tuning(durability: Durability) -> Vec<(String, String)> {
    let shared_buffers = format!("{}MB", shared_buffers_mb(memory_kb()));
    let common = [
        ("max_connections", "100"),
        ("shared_buffers", shared_buffers.as_str()),
        ("max_wal_size", "4GB"),
        ("checkpoint_timeout", "15min"),
        ("wal_compression", "on"),
        // Our statements are short; compiling them costs more than it saves.
        ("jit", "off"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("log_line_prefix", "%m [%p] %q%a %u@%d "),
    ];
    // The other two stay on even then: what a killed process has committed must be whole for the next one.
    let fsync = match durability {
        Durability::Durable => "on",
        Durability::Disposable => "off",
    };
    let commit = [
        ("fsync", fsync),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
    ];
    common
        .iter()
        .chain(&commit)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn privacy(layout: &Layout) -> Vec<(String, String)> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    [
        ("listen_addresses", String::new()),
        ("port", crate::layout::PORT.to_string()),
        // Quoted as one element of a list; the layout lets no double quote through.
        ("unix_socket_directories", format!("\"{}\"", text(&layout.run))),
        ("unix_socket_permissions", "0700".to_owned()),
        ("logging_collector", "on".to_owned()),
        ("log_destination", "stderr".to_owned()),
        ("log_directory", text(&layout.log)),
        // One file a weekday, each overwritten a week later: bounded without a cron job.
        ("log_filename", "postgresql-%a.log".to_owned()),
        ("log_truncate_on_rotation", "on".to_owned()),
        ("log_rotation_age", "1d".to_owned()),
        ("log_rotation_size", "0".to_owned()),
        ("log_file_mode", "0600".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn shared_buffers_mb(memory_kb: Option<u64>) -> u64 {
    let share = memory_kb.map_or(SHARED_BUFFERS_MB_MAX / 2, |kb| {
        kb / 1024 / SHARED_BUFFERS_PART_OF_MEMORY
    });
    share.clamp(SHARED_BUFFERS_MB_MIN, SHARED_BUFFERS_MB_MAX)
}

fn memory_kb() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_cache_follows_the_memory_within_bounds() {
        assert_eq!(shared_buffers_mb(Some(64 * 1024 * 1024)), 256);
        assert_eq!(shared_buffers_mb(Some(1024 * 1024)), 64);
        assert_eq!(shared_buffers_mb(Some(64 * 1024)), 16);
        assert_eq!(shared_buffers_mb(None), 128);
    }

    #[test]
    fn durable_means_that_every_commit_waits_for_the_disk() {
        let durable = tuning(Durability::Durable);
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            assert!(durable.contains(&(name.to_owned(), "on".to_owned())), "{name}");
        }
    }
}
