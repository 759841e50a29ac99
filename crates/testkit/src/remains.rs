//! The processes of a server that was killed: each notices at its own time, and answers its client until then.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use anyhow::bail;

/// A backend that computes looks up late; no test asks for so much.
const END_WAIT: Duration = Duration::from_secs(30);
/// Nobody says when a process ends that is not one's child.
const POLL: Duration = Duration::from_millis(2);

/// Waits until no process works in a server's folder, as each of its processes does. Blocks.
pub(crate) fn await_end(folder: &Path) -> anyhow::Result<()> {
    let folder = folder.canonicalize()?;
    let give_up = Instant::now() + END_WAIT;
    while is_worked_in(&folder)? {
        if Instant::now() > give_up {
            bail!("processes of a killed server still work in {}", folder.display());
        }
        thread::sleep(POLL);
    }
    Ok(())
}

fn is_worked_in(folder: &Path) -> io::Result<bool> {
    for process in fs::read_dir("/proc")? {
        // One that ended meanwhile, or that is somebody else's, works nowhere.
        let working: Option<PathBuf> = fs::read_link(process?.path().join("cwd")).ok();
        if working.is_some_and(|working| working.starts_with(folder)) {
            return Ok(true);
        }
    }
    Ok(false)
}
