//! The proof that the log is what it was: every leaf recomputed from the stored bytes, every link from its
//! leaves, the last link compared with the head, and the head with one kept outside.

use std::fmt;

use jiff::Timestamp;

use crate::chain::{self, Hash, LEAF_BYTES};
use crate::log::Log;
use crate::{Position, READ_BYTES_MAX, RecordedEvent, StoreError};

/// How many commits are fetched at a time.
const COMMITS_PAGE: i64 = 1_000;

/// A head noted earlier and kept outside the database: what it covers can no longer be rewritten unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The position of the head, which is the last of a commit.
    pub position: Position,
    /// The chain hash at it.
    pub hash: Hash,
}

/// The first place where the log is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The event there is not the one that was committed: changed, swapped or put in.
    EventAltered(Position),
    /// There is no event at a position that was committed.
    EventMissing(Position),
    /// An event stands there that no commit vouches for.
    EventUnvouched(Position),
    /// The commit that starts there does not fit the chain: it was changed, or the one before it is missing.
    LinkBroken(Position),
    /// The head is not where the chain ends: commits were cut off, or the head was changed.
    HeadDiffers {
        /// Where the chain ends.
        chain_ends: Position,
        /// Where the head says it ends.
        head: Position,
    },
    /// The chain at the anchor is not the one that was noted: history was rewritten or cut off.
    AnchorDiffers(Position),
}

impl Fault {
    /// The first position that cannot be trusted.
    #[must_use]
    pub fn position(&self) -> Position {
        match self {
            Self::EventAltered(at)
            | Self::EventMissing(at)
            | Self::EventUnvouched(at)
            | Self::LinkBroken(at)
            | Self::AnchorDiffers(at) => *at,
            Self::HeadDiffers { chain_ends, head } => (*chain_ends).min(*head).plus(1),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventAltered(at) => {
                write!(f, "the event at position {at} is not the one that was committed")
            }
            Self::EventMissing(at) => write!(f, "the event at position {at} is missing"),
            Self::EventUnvouched(at) => write!(f, "no commit vouches for the event at position {at}"),
            Self::LinkBroken(at) => write!(f, "the commit that starts at position {at} breaks the chain"),
            Self::HeadDiffers { chain_ends, head } => {
                write!(f, "the chain ends at position {chain_ends}, the head says {head}")
            }
            Self::AnchorDiffers(at) => write!(f, "the chain at position {at} is not the one that was noted"),
        }
    }
}

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// How many events were proven, up to the first fault.
    pub events: u64,
    /// How many commits.
    pub commits: u64,
    /// Where the proof ends.
    pub position: Position,
    /// The chain hash there; keep it outside as the next [`Anchor`].
    pub hash: Hash,
    /// The first fault; none when all is proven.
    pub fault: Option<Fault>,
}

struct Commit {
    first: Position,
    count: i32,
    committed_at: Timestamp,
    leaves: Vec<u8>,
    hash: Vec<u8>,
}

impl Commit {
    fn last(&self) -> Position {
        Position::new(self.first.get() + u64::try_from(self.count).unwrap_or(0) - 1)
    }
}

impl Log {
    /// Proves the log as it stands at the start of the call, and tells `progress` of each position reached.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away. A fault is no error, it is the answer.
    pub async fn verify(
        &self,
        anchor: Option<Anchor>,
        progress: impl FnMut(Position),
    ) -> Result<Verification, StoreError> {
        let genesis = Anchor {
            position: Position::START,
            hash: chain::genesis(self.name()),
        };
        self.verify_after(genesis, anchor, progress).await
    }

    /// As [`Log::verify`], of what follows a place that was proven before.
    ///
    /// # Errors
    /// As [`Log::verify`].
    pub async fn verify_after(
        &self,
        proven: Anchor,
        anchor: Option<Anchor>,
        mut progress: impl FnMut(Position),
    ) -> Result<Verification, StoreError> {
        let head = self.head().await?;
        let mut done = Verification {
            events: 0,
            commits: 0,
            position: proven.position,
            hash: proven.hash,
            fault: None,
        };
        let mut anchored = anchor.filter(|anchor| anchor.position > proven.position);
        while done.position < head.position && done.fault.is_none() {
            let mut commits = self.commits_after(done.position).await?;
            // Those that began beyond the head came after it was read. One that begins before it and ends
            // beyond is checked like any other: it was changed, or the head was.
            commits.retain(|commit| commit.first <= head.position);
            if commits.is_empty() {
                break;
            }
            done.fault = self.verify_commits(&commits, &mut anchored, &mut done).await?;
            progress(done.position);
        }
        if done.fault.is_none() {
            done.fault = self.verify_end(&done, &head, anchored).await?;
        }
        Ok(done)
    }

    async fn verify_commits(
        &self,
        commits: &[Commit],
        anchored: &mut Option<Anchor>,
        done: &mut Verification,
    ) -> Result<Option<Fault>, StoreError> {
        let last = commits.last().map_or(done.position, Commit::last);
        let mut events = StoredEvents::new(self, done.position, last);
        for commit in commits {
            let hash = chain::link(
                &done.hash,
                commit.first,
                commit.count,
                commit.committed_at,
                &commit.leaves,
            );
            let fits = commit.first == done.position.plus(1)
                && commit.count > 0
                && commit.leaves.len() == LEAF_BYTES * usize::try_from(commit.count).unwrap_or(0);
            if !fits || commit.hash != hash {
                return Ok(Some(Fault::LinkBroken(done.position.plus(1))));
            }
            for (leaf, position) in commit.leaves.chunks_exact(LEAF_BYTES).zip(commit.first.get()..) {
                let position = Position::new(position);
                match events.at(position).await? {
                    Found::Nothing => return Ok(Some(Fault::EventMissing(position))),
                    Found::Event(event)
                        if chain::bound_leaf(&event) == leaf && event.recorded_at == commit.committed_at =>
                    {
                        done.events += 1;
                    }
                    Found::Event(_) | Found::Unreadable => {
                        return Ok(Some(Fault::EventAltered(position)));
                    }
                }
            }
            (done.position, done.hash, done.commits) = (commit.last(), hash, done.commits + 1);
            if let Some(anchor) = anchored.filter(|anchor| anchor.position <= done.position) {
                if (anchor.position, anchor.hash) != (done.position, done.hash) {
                    return Ok(Some(Fault::AnchorDiffers(anchor.position)));
                }
                *anchored = None;
            }
        }
        Ok(None)
    }

    /// What the chain itself cannot tell: whether it ends where the head, the events and the anchor say.
    async fn verify_end(
        &self,
        done: &Verification,
        head: &crate::Head,
        anchored: Option<Anchor>,
    ) -> Result<Option<Fault>, StoreError> {
        if let Some(anchor) = anchored {
            return Ok(Some(Fault::AnchorDiffers(anchor.position)));
        }
        if done.position != head.position || done.hash != head.hash {
            return Ok(Some(Fault::HeadDiffers {
                chain_ends: done.position,
                head: head.position,
            }));
        }
        // The log may have grown meanwhile; what stands beyond a head that still stands is forged. So is
        // what stands before the first position, where reads of a stream would find it.
        let sql = include_str!("sql/unvouched.sql");
        let rows = self
            .owner_connections()
            .query(sql, &[&self.id, &head.position.to_sql()])
            .await?;
        let first = |column: &str| rows.first().and_then(|row| row.get::<_, Option<i64>>(column));
        if first("before").is_some() {
            return Ok(Some(Fault::EventUnvouched(Position::START)));
        }
        let (event, commit) = (
            first("event").map(Position::from_sql),
            first("commit").map(Position::from_sql),
        );
        let now = self.head().await?.position;
        if let Some(position) = event.filter(|position| *position > now) {
            return Ok(Some(Fault::EventUnvouched(position)));
        }
        Ok(commit.filter(|position| *position > now).map(Fault::LinkBroken))
    }

    async fn commits_after(&self, position: Position) -> Result<Vec<Commit>, StoreError> {
        let sql = include_str!("sql/commits_page.sql");
        let rows = self
            .owner_connections()
            .query(sql, &[&self.id, &position.plus(1).to_sql(), &COMMITS_PAGE])
            .await?;
        let commits = rows.iter().map(|row| Commit {
            first: Position::from_sql(row.get("first_position")),
            count: row.get("event_count"),
            // A time that does not decode ('infinity') is not the one that was hashed, nor is this.
            committed_at: row.try_get("committed_at").unwrap_or(Timestamp::MIN),
            leaves: row.get("leaves"),
            hash: row.get("hash"),
        });
        Ok(commits.collect())
    }
}

/// The stored events of a range, page by page, with holes allowed.
struct StoredEvents<'a> {
    log: &'a Log,
    after: Position,
    last: Position,
    page: std::vec::IntoIter<(Position, Found)>,
    next: Option<(Position, Found)>,
}

/// What stands at a position.
enum Found {
    Nothing,
    Event(Box<RecordedEvent>),
    /// A row that does not even decode, which no append can have written.
    Unreadable,
}

impl<'a> StoredEvents<'a> {
    const PAGE_POSITIONS: u64 = 2_000;

    fn new(log: &'a Log, after: Position, last: Position) -> Self {
        Self {
            log,
            after,
            last,
            page: Vec::new().into_iter(),
            next: None,
        }
    }

    /// The event at a position; to be asked in rising order.
    async fn at(&mut self, position: Position) -> Result<Found, StoreError> {
        loop {
            match self.next.take().or_else(|| self.page.next()) {
                Some((at, found)) if at == position => return Ok(found),
                Some((at, found)) if at > position => {
                    self.next = Some((at, found));
                    return Ok(Found::Nothing);
                }
                Some(_) => {}
                None if self.after >= self.last => return Ok(Found::Nothing),
                None => self.fetch().await?,
            }
        }
    }

    async fn fetch(&mut self) -> Result<(), StoreError> {
        let no_category: Option<&[&str]> = None;
        // By range, not by limit: every position of it is looked at, whether a row is there or not.
        let to = self.after.plus(Self::PAGE_POSITIONS).min(self.last);
        let limit = i64::try_from(Self::PAGE_POSITIONS).unwrap_or(i64::MAX);
        let bytes = i64::from(READ_BYTES_MAX);
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 6] = [
            &self.log.id,
            &self.after.to_sql(),
            &to.to_sql(),
            &no_category,
            &limit,
            &bytes,
        ];
        let rows = self
            .log
            .owner_connections()
            .query(include_str!("sql/read_log_forwards.sql"), &params)
            .await?;
        let decoded = rows.iter().map(|row| match self.log.decode(row) {
            Ok(event) => Ok((event.position, Found::Event(Box::new(event)))),
            Err(StoreError::Unreadable { position, .. }) => Ok((position, Found::Unreadable)),
            Err(error) => Err(error),
        });
        let page: Vec<(Position, Found)> = decoded.collect::<Result<_, _>>()?;
        let is_full = rows
            .last()
            .is_some_and(|row| row.get::<_, i64>("through_bytes") >= bytes);
        let last = page.last().map(|(position, _)| *position);
        self.after = last.filter(|_| is_full).unwrap_or(to);
        self.page = page.into_iter();
        Ok(())
    }
}
