//! Connections: one by itself, or those of a pool.

use std::fs::OpenOptions;
use std::future::Future;
use std::io::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::time::{Duration, Instant};

use deadpool_postgres::{Connect, Manager, ManagerConfig, Pool, PoolBuilder, RecyclingMethod};
use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::problem::{Asked, Problem};
use crate::{Address, file};

/// A token of IAM has two kilobytes; nobody's password has so many.
const PASSWORD_BYTES_MAX: u64 = 16 * 1024;

/// How often the file of a refused password is looked at.
const PASSWORD_LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// The driver of one connection, with or without TLS: it must be polled for as long as the client is used.
pub type Connection =
    tokio_postgres::Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

impl Address {
    /// One connection. The files that the address names are looked at now. A refused password is waited for to change in
    /// its file.
    ///
    /// # Errors
    /// The driver's, with words of ours as their cause where TLS, a file or the time is the matter.
    pub async fn connect(&self) -> Result<(Client, Connection), Error> {
        let Some(path) = &self.password_file else {
            return self.connect_with(None).await;
        };
        let give_up = Instant::now() + self.password_patience;
        loop {
            let password = match password_in(path) {
                Ok(password) => password,
                Err(problem) => return refused(problem).await,
            };
            match self.connect_with(Some(&password)).await {
                Err(error) if is_wrong_password(&error) => {
                    ask_for_another(path);
                    while password_in(path).is_ok_and(|now| now == password) {
                        if Instant::now() >= give_up {
                            return refused(self.password_refused(path, &error)).await;
                        }
                        tokio::time::sleep(PASSWORD_LOOK_INTERVAL).await;
                    }
                }
                answer => return answer,
            }
        }
    }

    /// A pool whose connections are made so; a connection that is given back is used again as it is.
    pub fn pool(&self) -> PoolBuilder {
        let config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let connect = PoolConnect(self.clone());
        Pool::builder(Manager::from_connect(self.config.clone(), connect, config))
    }

    /// One try, within the time of a connection.
    async fn connect_with(&self, password: Option<&[u8]>) -> Result<(Client, Connection), Error> {
        let tls = match self.trust.tls() {
            Ok(tls) => tls,
            Err(problem) => return refused(problem).await,
        };
        let mut config = self.config.clone();
        if let Some(password) = password {
            config.password(password);
        }
        match tokio::time::timeout(self.deadline, config.connect(tls)).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(error)) => match Problem::of(&error, self.asked()) {
                Some(problem) => refused(problem).await,
                None => Err(error),
            },
            Err(_) => {
                let (place, waited_ms) = (self.place(), self.deadline.as_millis());
                refused(Problem::Silent { place, waited_ms }).await
            }
        }
    }

    fn asked(&self) -> Asked {
        Asked {
            place: self.place(),
            protection: self.protection(),
            is_plain: self.is_plain(),
        }
    }

    fn password_refused(&self, path: &Path, error: &Error) -> Problem {
        let refusal = error.as_db_error();
        Problem::PasswordRefused {
            place: self.place(),
            path: path.to_owned(),
            message: refusal.map_or_else(String::new, |refusal| refusal.message().to_owned()),
        }
    }
}

async fn refused<T>(problem: Problem) -> Result<T, Error> {
    match problem.of_driver().await? {}
}

/// What the file holds, but for the end of its line.
fn password_in(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |source| Problem::PasswordFile {
        path: path.to_owned(),
        source,
    };
    let mut password = file::read(path, PASSWORD_BYTES_MAX).map_err(unreadable)?;
    if password.last() == Some(&b'\n') {
        password.pop();
        if password.last() == Some(&b'\r') {
            password.pop();
        }
    }
    if password.is_empty() {
        return Err(unreadable(std::io::Error::other("it is empty")));
    }
    Ok(password)
}

/// Touches the file beside it by which whoever writes it is asked to look for a new one, if there is such a file.
fn ask_for_another(path: &Path) {
    let mut wanted = path.file_name().unwrap_or_default().to_owned();
    wanted.push(".wanted");
    let asked = OpenOptions::new()
        .write(true)
        .open(path.with_file_name(wanted))
        .and_then(|mut file| file.write_all(b"1"));
    match asked {
        Ok(()) => {
            tracing::warn!(file = %path.display(), "the password in the file is refused; another one was asked for");
        }
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "the password in the file is refused; waiting for another");
        }
    }
}

/// `invalid_password`, and what a server says that takes no password of this user at all.
fn is_wrong_password(error: &Error) -> bool {
    error
        .as_db_error()
        .is_some_and(|refusal| refusal.code().code() == "28P01")
}

/// Makes the connections of a pool.
struct PoolConnect(Address);

type Made = Result<(Client, JoinHandle<()>), Error>;

impl Connect for PoolConnect {
    fn connect(&self, _: &Config) -> Pin<Box<dyn Future<Output = Made> + Send + '_>> {
        Box::pin(async {
            let (client, connection) = self.0.connect().await?;
            let task = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to the database broke");
                }
            });
            Ok((client, task))
        })
    }
}
