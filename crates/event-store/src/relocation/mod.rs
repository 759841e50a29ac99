//! A log goes from one database to another while it is written to.
//!
//! 1. Ranges of it are copied, commit by commit, each in one transaction on the other side: events and links of the chain
//!    byte by byte, idempotency keys, claims. What is there is at any moment a beginning of the log. So a copy that was
//!    killed goes on where it was.
//! 2. What was copied is counted and proven, while the log still grows.
//! 3. The log is closed, for seconds at most: its gate lets nobody in ([`StoreError::Closed`]). The rest is copied and
//!    proven; then it stays closed, and is opened on the other side by whoever put down that it lives there now.
//!
//! A mover that dies leaves a log that opens by itself, and may be followed by another one.

mod bounds;
mod ranges;
mod rejoin;

use std::time::Duration;

use deadpool_postgres::Object;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

pub use self::bounds::{Closure, Differs, RelocationError, Size};
pub use self::ranges::carry_rows;
use crate::log::Log;
use crate::{Anchor, Head, Position, StoreError, chain};

/// How long a statement may take that waits for others or reads whole tables.
const LONG: Duration = Duration::from_secs(600);
/// How long the gate may keep the freeze waiting.
const GATE: Duration = Duration::from_secs(10);

/// A log on its way. Only one mover at a time has it; dropped or killed, the log is as it was, and the copy is kept for
/// the next one.
pub struct Relocation {
    from: Log,
    to: Log,
    reached: Position,
    /// Up to where the copy's chain is proven.
    proven: Anchor,
    /// The session that holds the turn. Its end gives the turn back.
    turn: Option<Object>,
}

impl std::fmt::Debug for Relocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relocation")
            .field("log", self.from.name())
            .field("reached", &self.reached)
            .finish_non_exhaustive()
    }
}

impl Drop for Relocation {
    fn drop(&mut self) {
        if let Some(turn) = self.turn.take() {
            drop(Object::take(turn));
        }
    }
}

impl Relocation {
    /// Takes the turn to move a log. Both must be of one name, in two databases. Nothing is changed yet: whether the log
    /// lives in that of `from` is to be looked at now, when nobody else moves it.
    ///
    /// # Errors
    /// [`RelocationError::Busy`] while another one moves it.
    pub async fn take_turn(from: &Log, to: &Log) -> Result<Self, RelocationError> {
        Ok(Self {
            from: from.clone(),
            to: to.clone(),
            reached: Position::START,
            proven: Anchor {
                position: Position::START,
                hash: chain::genesis(to.name()),
            },
            turn: Some(take_turn(from).await?),
        })
    }

    /// Begins to move a log that lives in `from`, or goes on where another mover stopped.
    ///
    /// # Errors
    /// As [`Relocation::take_turn`] and [`Relocation::prepare`].
    pub async fn begin(from: &Log, to: &Log) -> Result<Self, RelocationError> {
        let mut relocation = Self::take_turn(from, to).await?;
        relocation.prepare().await?;
        Ok(relocation)
    }

    /// Begins the copy, or goes on where another mover stopped; what that one closed is open again.
    ///
    /// # Errors
    /// [`RelocationError::Occupied`] and [`RelocationError::OtherHistory`] for what stands on the other side already.
    pub async fn prepare(&mut self) -> Result<(), RelocationError> {
        self.thaw().await?;
        self.reached = self.must_begin_alike().await?;
        let sql = include_str!("../sql/relocate_arrive.sql");
        if write(&self.to, sql, &[&self.to.id]).await? != 1 {
            return Err(RelocationError::Occupied);
        }
        self.make_indexes().await
    }

    /// Whether what is on the other side is a beginning of this log; answers how long it is.
    async fn must_begin_alike(&self) -> Result<Position, RelocationError> {
        let there = self.to.head().await?;
        if there.position == Position::START {
            return Ok(there.position);
        }
        if self.to.closure().await?.is_none() {
            return Err(RelocationError::Occupied);
        }
        match self.border(there.position).await? {
            Some(border) if border.position == there.position && border.hash == there.hash => {
                Ok(there.position)
            }
            Some(_) | None => Err(RelocationError::OtherHistory {
                position: there.position,
            }),
        }
    }

    /// How much of the log is on the other side.
    #[must_use]
    pub const fn reached(&self) -> Position {
        self.reached
    }

    /// Copies up to the head as it is now; `progress` hears of each position reached.
    ///
    /// # Errors
    /// [`RelocationError`]; what was copied stays.
    pub async fn catch_up(
        &mut self,
        mut progress: impl FnMut(Position),
    ) -> Result<Position, RelocationError> {
        let head = self.from.head().await?.position;
        let source = self.from.owner_connections().owner().await?;
        while self.reached < head {
            let Err(error) = self.copy_range(&source, head).await else {
                progress(self.reached);
                continue;
            };
            drop(Object::take(source));
            return Err(error);
        }
        Ok(self.reached)
    }

    /// Proves the chain of the copy, from the last place that was proven.
    ///
    /// # Errors
    /// [`RelocationError::Fault`] with the first position that is not what it was.
    pub async fn prove_chain(&mut self) -> Result<Position, RelocationError> {
        let verified = self.to.verify_after(self.proven, None, |_| ()).await?;
        if let Some(fault) = verified.fault {
            return Err(RelocationError::Fault(fault));
        }
        self.proven = Anchor {
            position: verified.position,
            hash: verified.hash,
        };
        Ok(verified.position)
    }

    /// Copies up to a moment of the log, and counts on both sides what it had then beside its events.
    ///
    /// # Errors
    /// [`RelocationError::Differs`] with what is not the same.
    pub async fn prove_counts(&mut self) -> Result<(), RelocationError> {
        let source = self.from.owner_connections().owner().await?;
        let counted = self.counted(&source).await;
        if counted.is_err() {
            drop(Object::take(source));
        }
        counted
    }

    async fn counted(&mut self, source: &Client) -> Result<(), RelocationError> {
        // One snapshot for what is copied and what is counted.
        let begin = include_str!("../sql/relocate_snapshot.sql");
        within(GATE, source.batch_execute(begin)).await?;
        let sql = include_str!("../sql/relocate_counts.sql");
        let here = within(LONG, source.query_one(sql, &[&self.from.id])).await?;
        let head = include_str!("../sql/head.sql");
        let head = within(GATE, source.query_one(head, &[&self.from.id])).await?;
        let head = Position::from_sql(head.get("position"));
        while self.reached < head {
            self.copy_range(source, head).await?;
        }
        // Before the other side is counted: a server may end a session that does nothing in a transaction for a minute.
        let end = include_str!("../sql/relocate_snapshot_end.sql");
        within(GATE, source.batch_execute(end)).await?;
        let there = self.to.owner_connections().owner().await?;
        let there = within(LONG, there.query_one(sql, &[&self.to.id])).await?;
        let count = |row: &tokio_postgres::Row, what| row.get::<_, i64>(what);
        for what in ["keys", "claims", "streams", "versions"] {
            let (here, there) = (count(&here, what), count(&there, what));
            if here != there {
                return Err(RelocationError::Differs(Differs { what, here, there }));
            }
        }
        Ok(())
    }

    /// Closes the log for at most `time`: from now on nobody appends, and no key of its people changes. It opens by itself
    /// when the time is over. Answers its last position.
    ///
    /// # Errors
    /// [`RelocationError::Store`] when the gate is not to be had.
    pub async fn freeze(&self, time: Duration) -> Result<Position, RelocationError> {
        let mut client = self.from.owner_connections().owner().await?;
        let frozen = async {
            let transaction = client.transaction().await?;
            transaction
                .query(
                    include_str!("../sql/relocate_wait_for_keys.sql"),
                    &[&self.from.id],
                )
                .await?;
            let time_ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
            let sql = include_str!("../sql/relocate_leave.sql");
            let row = transaction.query_one(sql, &[&self.from.id, &time_ms]).await?;
            transaction.commit().await?;
            Ok(Position::from_sql(row.get("position")))
        };
        let frozen = within(GATE, frozen).await;
        if frozen.is_err() {
            drop(Object::take(client));
        }
        frozen
    }

    /// Lets the log be written again where it was, because the move did not come to its end.
    ///
    /// # Errors
    /// [`RelocationError::Store`]; it then opens by itself when the time of the freeze is over.
    pub async fn thaw(&self) -> Result<(), RelocationError> {
        let sql = include_str!("../sql/relocate_thaw.sql");
        write(&self.from, sql, &[&self.from.id]).await?;
        Ok(())
    }

    /// Brings the checkpoints whose names pass over, so that those consumers go on where they were.
    ///
    /// # Errors
    /// [`RelocationError::Store`].
    pub async fn copy_checkpoints(&self, passes: impl Fn(&str) -> bool) -> Result<usize, RelocationError> {
        let sql = include_str!("../sql/relocate_checkpoints.sql");
        let rows = self.from.owner_connections().query(sql, &[&self.from.id]).await?;
        let all = rows
            .iter()
            .map(|row| (row.get::<_, String>("name"), row.get::<_, i64>("position")));
        let (names, positions): (Vec<String>, Vec<i64>) = all.filter(|(name, _)| passes(name)).unzip();
        let sql = include_str!("../sql/relocate_checkpoint_in.sql");
        write(&self.to, sql, &[&self.to.id, &names, &positions]).await?;
        Ok(names.len())
    }

    /// Closes the log where it was until somebody opens it, unless it has opened by itself since the freeze or either side is not at
    /// `position`, proven.
    ///
    /// # Errors
    /// [`RelocationError::TooLate`]: nothing has changed, and the move may go on from [`Relocation::catch_up`].
    pub async fn depart(&self, position: Position) -> Result<(), RelocationError> {
        let (here, there) = (self.from.head().await?, self.to.head().await?);
        let is_same = |one: &Head, other: &Head| (one.position, one.hash) == (other.position, other.hash);
        if !is_same(&here, &there) || self.proven.position != there.position || there.position != position {
            return Err(RelocationError::TooLate);
        }
        let params: [&(dyn ToSql + Sync); 2] = [&self.from.id, &position.to_sql()];
        match write(&self.from, include_str!("../sql/relocate_depart.sql"), &params).await? {
            1 => Ok(()),
            _ => Err(RelocationError::TooLate),
        }
    }

    /// Drops what the move needed beside the log.
    ///
    /// # Errors
    /// [`RelocationError::Store`].
    pub async fn tidy_up(self) -> Result<(), RelocationError> {
        drop_indexes(&self.from).await
    }

    /// Makes the indexes by which new keys and claims are found, for as long as the log moves.
    async fn make_indexes(&self) -> Result<(), RelocationError> {
        let sql = include_str!("../sql/relocate_indexes.sql");
        let there = self.from.owner_connections().query(sql, &[&self.from.id]).await?;
        if there.iter().any(|row| !row.get::<_, bool>("is_valid")) {
            drop_indexes(&self.from).await?;
        }
        for sql in [
            include_str!("../sql/relocate_index_of_keys.sql"),
            include_str!("../sql/relocate_index_of_claims.sql"),
        ] {
            alone(&self.from, sql).await?;
        }
        Ok(())
    }
}

impl Log {
    /// Why the log takes no appends in this database; none when it takes them.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn closure(&self) -> Result<Option<Closure>, StoreError> {
        let sql = include_str!("../sql/relocate_state.sql");
        let rows = self.owner_connections().query(sql, &[&self.id]).await?;
        Ok(rows.first().and_then(Closure::read))
    }

    /// Opens a log that was copied to here: it lives here by now.
    ///
    /// # Errors
    /// [`RelocationError::Store`].
    pub async fn open_gate(&self) -> Result<(), RelocationError> {
        write(self, include_str!("../sql/relocate_open.sql"), &[&self.id])
            .await
            .map(drop)
    }

    /// Opens a log whose move was given up, if it `lives_here`, which is asked when nobody else moves it. Answers whether.
    ///
    /// # Errors
    /// [`RelocationError::Busy`] while somebody moves it away from here, and the errors of the question.
    pub async fn stay<E: From<RelocationError>>(
        &self,
        lives_here: impl Future<Output = Result<bool, E>>,
    ) -> Result<bool, E> {
        let turn = take_turn(self).await?;
        let answer = lives_here.await;
        let opened = match answer {
            Ok(true) => write(self, include_str!("../sql/relocate_thaw.sql"), &[&self.id]).await,
            Ok(false) | Err(_) => Ok(0),
        };
        drop(Object::take(turn));
        opened?;
        answer
    }

    /// Puts down that the log, which departed from here, lives elsewhere: here it stays as it was.
    ///
    /// # Errors
    /// [`RelocationError::Store`].
    pub async fn mark_moved(&self) -> Result<(), RelocationError> {
        write(self, include_str!("../sql/relocate_moved.sql"), &[&self.id]).await?;
        Ok(())
    }

    /// Drops what a move away from here that was given up, or is over, has left beside the log.
    ///
    /// # Errors
    /// [`RelocationError::Store`].
    pub async fn tidy_up_after_move(&self) -> Result<(), RelocationError> {
        drop_indexes(self).await
    }

    /// About how large the log is.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn size(&self) -> Result<Size, StoreError> {
        let sql = include_str!("../sql/relocate_size.sql");
        let rows = self.owner_connections().query(sql, &[&self.id]).await?;
        let number = |column| {
            let number = rows.first().map(|row| row.get::<_, i64>(column));
            number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
        };
        let events = number("events");
        Ok(Size {
            events,
            bytes: events.saturating_mul(number("bytes_each")),
        })
    }
}

/// The turn to move a log away from its database.
async fn take_turn(log: &Log) -> Result<Object, RelocationError> {
    let client = log.owner_connections().owner().await?;
    let sql = include_str!("../sql/relocate_turn.sql");
    let ours = within(GATE, client.query_one(sql, &[&log.id])).await;
    if matches!(&ours, Ok(row) if row.get("ours")) {
        return Ok(client);
    }
    drop(Object::take(client));
    ours.and(Err(RelocationError::Busy {
        log: log.name().clone(),
    }))
}

async fn drop_indexes(log: &Log) -> Result<(), RelocationError> {
    for sql in [
        include_str!("../sql/relocate_drop_index_of_keys.sql"),
        include_str!("../sql/relocate_drop_index_of_claims.sql"),
    ] {
        alone(log, sql).await?;
    }
    Ok(())
}

/// A statement that takes no binds and may stand in no transaction.
async fn alone(log: &Log, sql: &str) -> Result<(), RelocationError> {
    let client = log.owner_connections().owner().await?;
    let done = within(
        LONG,
        client.batch_execute(&sql.replace("$1", &log.id.to_string())),
    )
    .await;
    if done.is_err() {
        drop(Object::take(client));
    }
    done
}

/// One statement as the owner; how many rows it wrote.
async fn write(log: &Log, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, RelocationError> {
    let client = log.owner_connections().owner().await?;
    let written = within(GATE, client.execute(sql, params)).await;
    if written.is_err() {
        drop(Object::take(client));
    }
    written
}

/// Ends a wait on our side.
async fn within<T>(
    time: Duration,
    call: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, RelocationError> {
    match tokio::time::timeout(time, call).await {
        Ok(answer) => answer.map_err(|error| StoreError::from_postgres(&error).into()),
        Err(_) => {
            let time_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            Err(StoreError::DeadlineExceeded(time_ms).into())
        }
    }
}
