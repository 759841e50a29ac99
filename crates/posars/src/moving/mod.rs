//! A company moves to another database: what has to be done beside its log, and in which order.
//!
//! 1. The other database is migrated. The log is copied while the company is served, its read models are folded there, the
//!    keys of its people are copied, and all of it is counted and proven.
//! 2. The log is closed: commands wait. The rest follows, with the keys and checkpoints as they are now, and the chain is
//!    proven to its end.
//! 3. It stays closed where it was; the placement says where it lives now; it is opened there. Whoever serves looks
//!    at the placement, and carries out there what waits.
//! 4. The keys are removed from where it was. The log stays there and can be read.
//!
//! Killed at any point it can be run again. Before the third step the log opens again where it was, by itself; in it, a
//! server opens it where the placement says, as soon as nobody moves it any more.

mod ends;
mod faults;
mod rejoin;

use std::time::{Duration, Instant};

use posars_domain::CompanyId;
use posars_event_store::{EventStore, Log, Position, Relocation, RelocationError};
use posars_identity::{Users, UsersError};
use posars_keyring::KeysAt;
use posars_projections::{ProjectionError, Projections, RebuildOptions, projection_names};
use uuid::Uuid;

pub(crate) use self::ends::{abort, finish, stay};
use self::faults::{Step, reach};
pub(crate) use self::rejoin::rejoin;
use crate::companies::{self, log_name};
use crate::database::Database;
use crate::databases::{self, Databases, place};
use crate::failure::{Exit, Failure};
use crate::lease_holder::holder;
use crate::progress;
use crate::screen::Screen;

/// How long a log is closed at most. What cannot be done by then is given up, and tried again.
const FREEZE: Duration = Duration::from_secs(15);
/// A log is not closed while the last round takes longer than this: everybody would have to wait for it.
const ROUND_MAX: Duration = Duration::from_secs(3);
/// Rounds that show it; each has to bring only what was written during the one before.
const REHEARSALS_MAX: u32 = 2;
/// How long to wait before a further try: a busy hour may be over, others' work on the database be done.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];
/// The log is closed when no more than so many events are left to copy: some milliseconds.
const LEFT_EVENTS_MAX: u64 = 500;
/// Rounds of catching up.
const ROUNDS_MAX: u32 = 50;
/// Read models of longer logs are rebuilt, which is faster than to let them follow.
const FOLLOW_EVENTS_MAX: u64 = 20_000;
/// How long others may read the keys where they were.
const GRACE: Duration = Duration::from_secs(5);
/// How often and how long the first database is asked whether the company was placed.
const ASK_INTERVAL: Duration = Duration::from_secs(1);
const ASKS_MAX: u32 = 600;
/// Members whose grants are copied at a time.
const MEMBERS_PAGE: u32 = 500;
/// What the checkpoints of read models are called; those are folded anew.
const READ_MODEL: &str = "projection.";

/// A company on its way, with both ends open.
pub(crate) struct Moving {
    databases: Databases,
    company: CompanyId,
    from: End,
    to: End,
}

/// One end of the way.
struct End {
    /// As a placement has it: none is the first database.
    address: Option<String>,
    store: EventStore,
}

impl End {
    async fn log(&self, company: &CompanyId) -> Result<Log, Failure> {
        companies::log_of(&self.store, company).await
    }
}

/// What a move came to.
pub(crate) struct Moved {
    /// The events of the log when it moved.
    pub(crate) events: Position,
    /// How long commands waited.
    pub(crate) frozen: Duration,
}

/// Where a company lives and where it is to go; nothing is changed yet.
pub(crate) async fn prepared(database: &Database, company: &CompanyId, to: &str) -> Result<Moving, Failure> {
    let databases = Databases::open(database).await?;
    databases::must_exist(&databases, company).await?;
    let there = databases.at(Some(to)).await?;
    let to = if databases.first().is_same_database(&there).await? {
        End {
            address: None,
            store: databases.first().clone(),
        }
    } else {
        End {
            address: Some(to.to_owned()),
            store: there,
        }
    };
    let placements = databases.placements().await?;
    let address = placements
        .get(company)
        .and_then(|placement| placement.address.clone());
    let from = End {
        store: databases.at(address.as_deref()).await?,
        address,
    };
    Ok(Moving {
        databases,
        company: company.clone(),
        from,
        to,
    })
}

/// The log of a company where it lives.
///
/// # Errors
/// The codes of the databases.
pub(crate) async fn log_at_home(database: &Database, company: &CompanyId) -> Result<Log, Failure> {
    let databases = Databases::open(database).await?;
    databases::must_exist(&databases, company).await?;
    databases.log_of(company).await
}

/// Where a company lives, for people.
///
/// # Errors
/// The codes of the databases.
pub(crate) async fn home(database: &Database, company: &CompanyId) -> Result<String, Failure> {
    let placements = Databases::open(database).await?.placements().await?;
    let placement = placements.get(company);
    Ok(place(
        placement.and_then(|placement| placement.address.as_deref()),
    ))
}

impl Moving {
    /// The databases that it is about.
    pub(crate) const fn databases(&self) -> &Databases {
        &self.databases
    }

    /// Refuses when the other database has a log of this name that is no copy of this one. Looks at it without making one.
    ///
    /// # Errors
    /// `DESTINATION_OCCUPIED`, and the codes of the database.
    pub(crate) async fn may_arrive(&self) -> Result<(), Failure> {
        if !companies::with_a_log(&self.to.store)
            .await?
            .contains(&self.company)
        {
            return Ok(());
        }
        let there = self.to.log(&self.company).await?;
        if there.head().await?.position > Position::START && there.closure().await?.is_none() {
            return Err(RelocationError::Occupied.into());
        }
        Ok(())
    }

    /// Where the company is, for people.
    pub(crate) fn old_place(&self) -> String {
        place(self.from.address.as_deref())
    }

    /// Where it is to go, for people.
    pub(crate) fn to_place(&self) -> String {
        place(self.to.address.as_deref())
    }

    /// Its log where it lives.
    ///
    /// # Errors
    /// The codes of the database.
    pub(crate) async fn log(&self) -> Result<Log, Failure> {
        self.from.log(&self.company).await
    }

    /// Whether the company lives where it is to go.
    ///
    /// # Errors
    /// The codes of the databases.
    pub(crate) async fn is_there(&self) -> Result<bool, Failure> {
        Ok(self.from.store.is_same_database(&self.to.store).await?)
    }

    /// Moves the company; what an earlier run has done is not done again.
    ///
    /// # Errors
    /// `MOVE_UNDER_WAY`, `DESTINATION_OCCUPIED`, `COPY_DIFFERS`, `MOVE_TOO_SLOW`, and the codes of the databases.
    pub(crate) async fn go(&self, database: &Database, screen: Screen) -> Result<Moved, Failure> {
        let (from, to) = (self.log().await?, self.to.log(&self.company).await?);
        let mut relocation = Relocation::take_turn(&from, &to).await?;
        let attempt = self.claimed().await?.ok_or_else(|| self.elsewhere())?;
        relocation.prepare().await?;
        self.copy(&mut relocation, &from, &to, screen).await?;
        self.copy_members(database).await?;
        let (end, began) = self.close_in_time(&mut relocation, &from, &to, screen).await?;
        reach(Step::Departed);
        if let Some(failure) = self.place(attempt).await? {
            // Surely not placed.
            relocation.thaw().await?;
            return Err(failure);
        }
        reach(Step::Placed);
        to.open_gate().await?;
        reach(Step::Opened);
        let frozen = began.elapsed();
        self.end(relocation, &from).await?;
        Ok(Moved { events: end, frozen })
    }

    /// What is left to do behind the placement.
    async fn end(&self, relocation: Relocation, from: &Log) -> Result<(), Failure> {
        // Before the turn is given back: whoever has it next must not open this one.
        from.mark_moved().await?;
        relocation.tidy_up().await?;
        // Others look at the placements once a second, and read the keys here until then.
        tokio::time::sleep(GRACE).await;
        finish(&self.databases, &self.company).await?;
        Ok(())
    }

    /// All that can be done while the company is served.
    async fn copy(
        &self,
        relocation: &mut Relocation,
        from: &Log,
        to: &Log,
        screen: Screen,
    ) -> Result<(), Failure> {
        let head = from.head().await?.position;
        let bar = progress::bar(screen, "copying the log", head.get());
        let copied = relocation
            .catch_up(|at| bar.set_position(at.get().min(head.get())))
            .await;
        bar.finish_and_clear();
        copied?;
        relocation.prove_chain().await?;
        let projections = Projections::open(self.to.store.clone(), to.clone()).await?;
        fold(&projections, to, relocation.reached(), screen).await?;
        self.carry_keys(from, to).await?;
        relocation.prove_counts().await?;
        for _ in 0..ROUNDS_MAX {
            projections.catch_up_to(relocation.reached(), &holder()).await?;
            relocation.catch_up(|_| ()).await?;
            relocation.prove_chain().await?;
            let left = from.head().await?.position.get() - relocation.reached().get();
            if left <= LEFT_EVENTS_MAX {
                break;
            }
        }
        Ok(())
    }

    /// Closes the log in a moment when the rest is quick to bring over, and again a while later when it was not.
    async fn close_in_time(
        &self,
        relocation: &mut Relocation,
        from: &Log,
        to: &Log,
        screen: Screen,
    ) -> Result<(Position, Instant), Failure> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let failure = match self.rehearse(relocation, from, to).await? {
                round if round > ROUND_MAX => too_slow(round),
                _ => match self.close(relocation, from, to).await {
                    Ok(closed) => return Ok(closed),
                    Err(failure) => {
                        // Nobody has to wait for a move that stops here, and nobody was sent elsewhere.
                        if let Err(error) = relocation.thaw().await {
                            tracing::warn!(%error, "run the move again, or with --abort, so that the company goes on");
                        }
                        failure
                    }
                },
            };
            let Some(pause) = pauses.next().filter(|_| failure.code == TOO_SLOW) else {
                return Err(failure);
            };
            screen.say(&format!(
                "the rest takes too long, so the company goes on where it is; trying again in {} s",
                pause.as_secs()
            ));
            tokio::time::sleep(pause).await;
        }
    }

    /// Does what is to be done behind a closed log, while it is open; answers how long that takes when little is left.
    async fn rehearse(&self, relocation: &mut Relocation, from: &Log, to: &Log) -> Result<Duration, Failure> {
        let mut round = Duration::MAX;
        for _ in 0..REHEARSALS_MAX {
            let began = Instant::now();
            relocation.catch_up(|_| ()).await?;
            self.carry_keys(from, to).await?;
            relocation.prove_chain().await?;
            faults::slow_down().await;
            round = began.elapsed();
            if round <= ROUND_MAX {
                break;
            }
        }
        Ok(round)
    }

    /// Closes the log and brings the rest over; answers where it ends, and since when nobody may write.
    async fn close(
        &self,
        relocation: &mut Relocation,
        from: &Log,
        to: &Log,
    ) -> Result<(Position, Instant), Failure> {
        let began = Instant::now();
        relocation.freeze(FREEZE).await?;
        reach(Step::Frozen);
        let end = relocation.catch_up(|_| ()).await?;
        self.carry_keys(from, to).await?;
        relocation
            .copy_checkpoints(|name| !name.starts_with(READ_MODEL))
            .await?;
        relocation.prove_chain().await?;
        relocation.depart(end).await?;
        Ok((end, began))
    }

    /// Claims the right to place the company; none when it does not live where this move begins.
    async fn claimed(&self) -> Result<Option<Uuid>, Failure> {
        let from = self.from.address.as_deref();
        let name = log_name(&self.company)?;
        Ok(self.databases.first().claim_placement(&name, from).await?)
    }

    /// Puts down that the company lives there now. While nobody can tell whether that was written, the log stays closed; a
    /// claim of ours, which waits for a statement that hangs and makes a late one void, tells it.
    ///
    /// # Errors
    /// When nobody can tell: the log must stay closed. What surely was not written is answered with its reason.
    async fn place(&self, attempt: Uuid) -> Result<Option<Failure>, Failure> {
        let (to, from) = (self.to.address.as_deref(), self.from.address.as_deref());
        let name = log_name(&self.company)?;
        let placed = self.databases.first().place(&name, to, from, attempt).await;
        let error = match placed {
            Ok(true) => return Ok(None),
            Ok(false) => return Ok(Some(self.elsewhere())),
            Err(error) => error,
        };
        tracing::error!(
            %error, company = %self.company,
            "whether the company has moved cannot be told, so nobody can write to it; if this process ends, run the same move \
             again"
        );
        for _ in 0..ASKS_MAX {
            match self.claimed().await {
                Ok(Some(_)) => return Ok(Some(error.into())),
                Ok(None) => return Ok(None),
                Err(_) => tokio::time::sleep(ASK_INTERVAL).await,
            }
        }
        Err(error.into())
    }

    fn elsewhere(&self) -> Failure {
        Failure::new(
            Exit::Conflict,
            "COMPANY_ELSEWHERE",
            format!(
                "company {} does not live in {} any more",
                self.company,
                self.old_place()
            ),
        )
        .next("see `posars companies list`, and move it from where it is")
    }

    async fn carry_keys(&self, from: &Log, to: &Log) -> Result<(), Failure> {
        let here = KeysAt {
            store: &self.from.store,
            log: from,
        };
        let there = KeysAt {
            store: &self.to.store,
            log: to,
        };
        here.carry_to(&there).await?;
        Ok(())
    }

    /// Copies who may do what in the company, so that the other database is whole by itself. While the company is a part of
    /// this installation, the first database is the one that is asked.
    async fn copy_members(&self, database: &Database) -> Result<(), Failure> {
        let Some(address) = &self.to.address else {
            return Ok(());
        };
        let (here, there) = (Users::of(database.url())?, Users::of(address)?);
        let mut after = String::new();
        loop {
            let members = here.members(&self.company, &after, MEMBERS_PAGE).await?;
            let Some(last) = members.last() else { return Ok(()) };
            after.clone_from(&last.subject);
            for member in members {
                match there.add(&member.subject, &member.display_name).await {
                    Ok(()) | Err(UsersError::Exists) => {}
                    Err(error) => return Err(error.into()),
                }
                for membership in &member.memberships {
                    there.grant(&member.subject, membership).await?;
                }
            }
        }
    }
}

/// Folds the read models up to a position, by whichever way is faster.
async fn fold(
    projections: &Projections,
    log: &Log,
    reached: Position,
    screen: Screen,
) -> Result<(), ProjectionError> {
    if reached.get() > FOLLOW_EVENTS_MAX {
        let names = projection_names();
        let bar = progress::bar(
            screen,
            "folding the read models",
            u64::try_from(names.len()).unwrap_or(1),
        );
        for name in names {
            // What an earlier run has folded is kept up below.
            if log
                .subscription(&format!("{READ_MODEL}{name}"))
                .position()
                .await?
                == Position::START
            {
                let go_on = |_| std::ops::ControlFlow::Continue(());
                projections
                    .rebuild(name, &RebuildOptions::default(), &go_on)
                    .await?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    let spinner = progress::spinner(screen, "bringing the read models up to date");
    let caught_up = projections.catch_up_to(reached, &holder()).await;
    spinner.finish_and_clear();
    caught_up
}

/// The code of a freeze that ran out, or would.
const TOO_SLOW: &str = "MOVE_TOO_SLOW";

fn too_slow(round: Duration) -> Failure {
    Failure::new(
        Exit::Unavailable,
        TOO_SLOW,
        format!(
            "the last part takes {round:.1?}, for which all would have to wait, so the log was not closed"
        ),
    )
    .next("move the company when less is written, or between faster databases; what was copied is kept")
}
