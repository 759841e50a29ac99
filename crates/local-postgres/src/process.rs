//! What the system knows about a process that is not our child.

use std::path::PathBuf;

/// The state of a process id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Process {
    /// No such process.
    Gone,
    /// Ended, but not reaped by its parent yet: it still answers to signals.
    Zombie,
    /// Running.
    Alive {
        /// Its parent.
        parent: u32,
        /// Its command line, arguments parted by a blank.
        arguments: String,
        /// Its working folder, where the system lets us see it.
        folder: Option<PathBuf>,
    },
}

impl Process {
    /// Looks the process up.
    #[cfg(target_os = "linux")]
    pub(crate) fn look(pid: u32) -> Self {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
            return Self::Gone;
        };
        let Some((state, parent)) = parse_stat(&stat) else {
            return Self::Gone;
        };
        if matches!(state, "Z" | "X") {
            return Self::Zombie;
        }
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        Self::Alive {
            parent,
            arguments: String::from_utf8_lossy(&arguments).replace('\0', " "),
            folder: std::fs::read_link(format!("/proc/{pid}/cwd")).ok(),
        }
    }

    /// Looks the process up.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn look(pid: u32) -> Self {
        let output = std::process::Command::new("ps")
            .args(["-ww", "-o", "stat=,ppid=,args=", "-p", &pid.to_string()])
            .output();
        let Ok(output) = output else { return Self::Gone };
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let mut words = text.split_whitespace();
        let (Some(state), Some(Ok(parent))) = (words.next(), words.next().map(str::parse)) else {
            return Self::Gone;
        };
        if state.starts_with('Z') {
            return Self::Zombie;
        }
        Self::Alive {
            parent,
            arguments: words.collect::<Vec<_>>().join(" "),
            folder: None,
        }
    }
}

/// State and parent out of `/proc/PID/stat`; the name before them may itself hold blanks and parentheses.
#[cfg(target_os = "linux")]
fn parse_stat(stat: &str) -> Option<(&str, u32)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?, fields.next()?.parse().ok()?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_confuse_the_parser() {
        assert_eq!(parse_stat("12 (a) b) Z 7 12 0"), Some(("Z", 7)));
        assert_eq!(parse_stat("nonsense"), None);
    }

    #[test]
    fn this_process_is_alive_and_an_impossible_one_is_gone() {
        assert!(matches!(Process::look(std::process::id()), Process::Alive { .. }));
        assert_eq!(Process::look(4_194_305), Process::Gone);
    }

    #[test]
    fn an_ended_child_that_nobody_reaped_is_a_zombie() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let seen = (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            Process::look(child.id()) == Process::Zombie
        });
        child.wait().unwrap();
        assert!(seen, "the ended child never showed as a zombie");
    }
}
