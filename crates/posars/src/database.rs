//! The database of a run: a private server below a folder, shared with other posars processes, or one given by URL.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use posars_local_postgres::{Installation, Server, ServerConfig, StartError};

use crate::failure::{Exit, Failure};
use crate::folder_lock::UserLock;
use crate::master_key_place::MasterKeyPlace;
use crate::queues::Queues;
use crate::screen::Screen;
use crate::settings::{ChosenPlace, Place};

/// The database in a private server.
const DATABASE: &str = "posars";
/// How long `posars up` waits for one-shot commands on its folder to end before it gives up.
const TAKE_OVER_WAIT: Duration = Duration::from_secs(30);
/// How long a one-shot command that started the server stays for others that use it.
const LINGER_MAX: Duration = Duration::from_secs(600);
/// How long `posars up` stays for one-shot commands; it was told to end.
const LINGER_UP: Duration = Duration::from_secs(3);
const RETRY: Duration = Duration::from_millis(200);

/// What a command needs of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Data that is there: a mistyped folder must not come into being, empty.
    Existing,
    /// A place to write to, made and migrated when it is new.
    Writable,
    /// As that, and to own the server: it must last as long as we do. Migrates also what is older.
    Serving,
}

/// An open database.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    private: Option<Private>,
    need: Need,
    /// A replica of it, which may answer queries.
    replica: Option<String>,
    /// Where the master key of personal data is.
    master_key: MasterKeyPlace,
    /// By what processes wake each other, instead of by PostgreSQL.
    queues: Option<Queues>,
}

#[derive(Debug)]
struct Private {
    folder: PathBuf,
    server: Server,
    users: UserLock,
}

impl Database {
    /// As [`Database::open`], in the place that was chosen, with its master key.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn open_chosen(
        chosen: &ChosenPlace,
        need: Need,
        screen: Screen,
    ) -> Result<Self, Failure> {
        // Before the database, whose private server would have to be ended again.
        let queues = match &chosen.queues {
            Some(prefix) => Some(Queues::beginning_with(prefix).await?),
            None => None,
        };
        let database = Self::open(&chosen.place, need, screen).await?;
        Ok(database
            .with_master_key(chosen.master_key.clone())
            .with_replica(chosen.replica.clone())
            .with_queues(queues))
    }

    /// Finds or starts the server, makes the database if it may, and brings its schema up to date if it may.
    ///
    /// # Errors
    /// `NO_DATA` for a folder without data, `SCHEMA_BEHIND` for a schema that is not ours to migrate, and every code
    /// of the supervisor and the migrations.
    pub(crate) async fn open(place: &Place, need: Need, screen: Screen) -> Result<Self, Failure> {
        let database = Self::open_unmigrated(place, need, screen).await?;
        match database.bring_schema_up_to_date(screen).await {
            Ok(()) => Ok(database),
            Err(failure) => {
                database.close(screen).await?;
                Err(failure)
            }
        }
    }

    /// As [`Database::open`], with whatever schema it has.
    ///
    /// # Errors
    /// As there, less those of the schema.
    pub(crate) async fn open_unmigrated(place: &Place, need: Need, screen: Screen) -> Result<Self, Failure> {
        match place {
            Place::Url(url) => Ok(Self {
                url: url.clone(),
                private: None,
                need,
                replica: None,
                master_key: MasterKeyPlace::default(),
                queues: None,
            }),
            Place::Folder(folder) => Self::open_private(folder, need, screen).await,
        }
    }

    /// The same, whose personal data this master key opens.
    pub(crate) fn with_master_key(self, master_key: MasterKeyPlace) -> Self {
        Self { master_key, ..self }
    }

    /// The same, with a replica.
    pub(crate) fn with_replica(self, replica: Option<String>) -> Self {
        Self { replica, ..self }
    }

    /// How to reach its replica, if it has one.
    pub(crate) fn replica(&self) -> Option<&str> {
        self.replica.as_deref()
    }

    /// The same, of which these queues are told.
    fn with_queues(self, queues: Option<Queues>) -> Self {
        Self { queues, ..self }
    }

    /// By what its processes wake each other; none where PostgreSQL does.
    pub(crate) const fn need(&self) -> Need {
        self.need
    }

    pub(crate) fn queues(&self) -> Option<&Queues> {
        self.queues.as_ref()
    }

    /// Where the master key of its personal data is.
    pub(crate) const fn master_key(&self) -> &MasterKeyPlace {
        &self.master_key
    }

    /// How to reach it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The private server's process; none for a server given by URL.
    pub(crate) fn server_pid(&self) -> Option<u32> {
        self.private.as_ref().map(|private| private.server.pid())
    }

    /// Whether a server that this process started ended behind our back. One that belongs to another process is
    /// that one's to start again.
    pub(crate) fn has_ended(&self) -> bool {
        self.private
            .as_ref()
            .is_some_and(|private| !private.server.is_attached() && !private.server.is_running())
    }

    /// Room on the disk of a private server's files; none for a server given by URL, or when nobody can tell.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        let private = self.private.as_ref()?;
        let disk = rustix::fs::statvfs(private.folder.join("pg").join("data")).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Returns when [`Database::has_ended`].
    pub(crate) async fn ended(&self) {
        while !self.has_ended() {
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Starts the private server again after it ended, on the same socket.
    ///
    /// # Errors
    /// Every code of the supervisor.
    pub(crate) async fn revive(&mut self) -> Result<(), Failure> {
        if let Some(private) = &mut self.private {
            let config = config_for(&private.folder, Screen::new(None, true)).await?;
            private.server = start(config, Start::Own).await?;
        }
        Ok(())
    }

    /// Stops the server if this process started it, after the others that use it have ended.
    ///
    /// # Errors
    /// `POSTGRESQL_NOT_STOPPED`.
    pub(crate) async fn close(self, screen: Screen) -> Result<(), Failure> {
        let Some(Private { server, users, .. }) = self.private else {
            return Ok(());
        };
        if server.is_attached() {
            return Ok(());
        }
        let patience = if self.need == Need::Serving {
            LINGER_UP
        } else {
            LINGER_MAX
        };
        let waited = tokio::task::spawn_blocking(move || {
            if !users.alone(Duration::from_millis(300)) {
                screen.say("another posars command uses this PostgreSQL; it stops when that one has ended");
                users.alone(patience);
            }
            // Held until the server has stopped, so that nobody attaches to one that is going away.
            users
        })
        .await;
        let stopped = server.stop_async().await;
        drop(waited);
        Ok(stopped?)
    }

    async fn open_private(folder: &Path, need: Need, screen: Screen) -> Result<Self, Failure> {
        // PostgreSQL and the messages want to know where that is, not where we stand.
        let folder = std::path::absolute(folder)
            .map_err(|error| crate::failure::on_file("resolving", folder, &error))?;
        if need == Need::Existing && posars_local_postgres::cluster_major(&folder).is_none() {
            return Err(Failure::new(
                Exit::Failure,
                "NO_DATA",
                format!("there is no posars data in {}", folder.display()),
            )
            .next(
                "name the right folder with --data DIR, or begin with `posars up` or `posars import FILE`",
            ));
        }
        let config = config_for(&folder, screen).await?;
        let (server, users) = if need == Need::Serving {
            // Not a user while it waits: the owner it waits for would in turn wait for its users.
            let server = take_over(config, screen).await?;
            (server, UserLock::share(&folder)?)
        } else {
            let users = UserLock::share(&folder)?;
            (start(config, Start::OrAttach).await?, users)
        };
        server.ensure_database(DATABASE).await?;
        Ok(Self {
            url: server.url(DATABASE),
            private: Some(Private {
                folder,
                server,
                users,
            }),
            need,
            replica: None,
            master_key: MasterKeyPlace::default(),
            queues: None,
        })
    }

    /// Ours to migrate is what serves, what is new, and what nobody else has open; another posars may depend on the
    /// rest as it is.
    async fn bring_schema_up_to_date(&self, screen: Screen) -> Result<(), Failure> {
        let pending = posars_schema::pending(&self.url).await?;
        let Some(next) = pending.first() else {
            return Ok(());
        };
        let is_new = pending.len() == posars_schema::migrations().len();
        let is_ours = self
            .private
            .as_ref()
            .is_some_and(|private| !private.server.is_attached());
        let may = match self.need {
            Need::Serving => true,
            Need::Writable => is_ours || is_new,
            Need::Existing => is_ours,
        };
        if !may {
            return Err(Failure::new(
                Exit::Conflict,
                "SCHEMA_BEHIND",
                format!(
                    "the database's schema lacks {} migrations, {next} first",
                    pending.len()
                ),
            )
            .next("run `posars migrate` on it, with the same --data or POSARS_DATABASE_URL"));
        }
        if !is_new {
            screen.say(&format!("migrating the schema: {} steps", pending.len()));
        }
        posars_schema::migrate(&self.url).await?;
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Own,
    OrAttach,
}

async fn config_for(folder: &Path, screen: Screen) -> Result<ServerConfig, Failure> {
    let folder = folder.to_owned();
    blocking(move || {
        let installation = Installation::find_for(&folder, &|line| screen.say(line))?;
        Ok(ServerConfig::new(installation, folder))
    })
    .await
}

async fn start(config: ServerConfig, how: Start) -> Result<Server, Failure> {
    blocking(move || {
        Ok(match how {
            Start::Own => Server::start(config)?,
            Start::OrAttach => Server::start_or_attach(config)?,
        })
    })
    .await
}

/// Starts the server as its owner, once the one-shot command that may run one has ended.
async fn take_over(config: ServerConfig, screen: Screen) -> Result<Server, Failure> {
    let deadline = Instant::now() + TAKE_OVER_WAIT;
    let mut told = false;
    loop {
        let config = config.clone();
        let tried = blocking(move || match Server::start(config) {
            Ok(server) => Ok(Ok(server)),
            Err(busy @ StartError::AlreadyRunning { .. }) => Ok(Err(busy)),
            Err(error) => Err(error.into()),
        });
        match tried.await? {
            Ok(server) => return Ok(server),
            Err(busy) if Instant::now() >= deadline => return Err(busy.into()),
            Err(_) => {
                if !std::mem::replace(&mut told, true) {
                    screen.say("another posars command runs on this folder; waiting for it to end");
                }
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::new(
            Exit::Failure,
            "INTERRUPTED",
            format!("starting PostgreSQL was interrupted: {error}"),
        )
        .next("run the command again")
    })?
}
