//! AWS without AWS: ministack, a package of PyPI, as a child process.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// Pinned: an emulator's faults change with its version. Without `cryptography` its pools sign nothing that verifies.
const PACKAGES: [&str; 2] = ["ministack==1.5.33", "cryptography==50.0.2"];
const START_WAIT: Duration = Duration::from_secs(60);
/// Somebody may take the port between its choice and its use.
const TRIES: usize = 4;

/// SQS, S3, KMS, Cognito and more on a port of this machine, in memory; it ends with the test process.
#[derive(Debug)]
pub struct AwsEmulator {
    endpoint: String,
    // Its standard input is what keeps it running.
    child: Child,
}

impl AwsEmulator {
    /// The one of this process, started by the first who asks. None where Python, pip or the network is missing, which
    /// is said on standard error: a test then ends, having shown nothing.
    #[must_use]
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<AwsEmulator>> = OnceLock::new();
        SHARED
            .get_or_init(|| {
                Self::start()
                    .inspect_err(|why| eprintln!("SKIPPED: no AWS emulator on this machine: {why:#}"))
                    .ok()
            })
            .as_ref()
    }

    /// One of one's own, to be mistreated. Blocks until it serves.
    ///
    /// # Errors
    /// When it cannot be installed or does not start.
    pub fn start() -> anyhow::Result<Self> {
        let python = installed()?;
        let mut why = anyhow::anyhow!("it was not tried");
        for _ in 0..TRIES {
            match serving(&python) {
                Ok(emulator) => return Ok(emulator),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// What `AWS_ENDPOINT_URL` is set to, without a slash at the end.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Gives a user pool of it new keys, as AWS does now and then: what was signed before is no longer proven by its key set.
    ///
    /// # Errors
    /// When it has ended.
    pub fn rotate_keys(&self, pool: &str) -> anyhow::Result<()> {
        let mut commands = self
            .child
            .stdin
            .as_ref()
            .context("the emulator takes no commands")?;
        writeln!(commands, "rotate {pool}").context("telling the emulator to rotate keys")
    }

    /// The variables that make an AWS client of a child process talk to the emulator.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 6] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_REGION", "us-east-1"),
            // The emulator's account; any would do, but for links, which it checks.
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            // Otherwise files of the user could say something else.
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ]
    }
}

fn serving(python: &Path) -> anyhow::Result<AwsEmulator> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut child = Command::new(python)
        .args(["-c", include_str!("aws_emulator.py")])
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("IOT_MTLS_ENABLED", "0")
        .env("LOG_LEVEL", "ERROR")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("running {}", python.display()))?;
    let deadline = Instant::now() + START_WAIT;
    while !answers(port) {
        if let Some(status) = child.try_wait()? {
            bail!("ministack ended at its start: {status}");
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("ministack did not serve within {} s", START_WAIT.as_secs());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(AwsEmulator {
        endpoint: format!("http://127.0.0.1:{port}"),
        child,
    })
}

fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /_ministack/health HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b"200"))
    };
    ask().unwrap_or(false)
}

/// The Python of an environment that has the packages: made once, in the user's cache.
fn installed() -> anyhow::Result<PathBuf> {
    let cache = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")) {
        (Some(cache), _) if !cache.is_empty() => PathBuf::from(cache),
        (_, Some(home)) => PathBuf::from(home).join(".cache"),
        (_, None) => bail!("the user has no home and no XDG_CACHE_HOME"),
    };
    let cache = cache.join("posars").join("aws-emulator");
    std::fs::create_dir_all(&cache).with_context(|| format!("making {}", cache.display()))?;
    // Test processes begin side by side; one installs, the others wait.
    let lock = File::create(cache.join("lock"))?;
    lock.lock()?;
    let (environment, note) = (cache.join("venv"), cache.join("installed"));
    let python = environment.join("bin").join("python3");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&note).is_ok_and(|installed| installed == wanted) && python.exists() {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES))?;
    std::fs::write(&note, wanted)?;
    Ok(python)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("running {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_serves_and_ends_with_its_owner() {
        let Ok(mut emulator) = AwsEmulator::start() else {
            return;
        };
        let port = emulator.endpoint.rsplit(':').next().unwrap().parse().unwrap();
        assert!(answers(port));
        drop(emulator.child.stdin.take());
        assert!(emulator.child.wait().unwrap().success());
        assert!(!answers(port));
    }
}
