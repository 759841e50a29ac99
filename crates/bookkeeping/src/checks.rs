//! Whether a month is ready to be closed: everything of it is in the books, and the books agree with what they stand for.

use std::time::Duration;

use jiff::civil::Date;
use posars_commands::reactors::{AnyReactor, has_dealt_with, list_parked, reactor_named};
use posars_domain::Month;
use posars_event_store::{Log, Position, Version};
use posars_projections::{BookTie, TieKind};

use crate::patience::Patience;
use crate::pending::{Pending, PendingKind};
use crate::{Bookkeeping, BookkeepingError};

/// The reactors whose work has to be in the books, each behind the one whose events it follows.
const REACTORS: [&str; 2] = ["reactor.stock", "reactor.books"];
/// The read models that the checks and the seal rest on.
const READ_MODELS: [&str; 4] = ["account_days", "book_ties", "unposted", "waiting_lines"];
/// The most events set aside by one reactor that are looked at: more are pending work whatever their day.
const SET_ASIDE_MAX: usize = 200;
/// How long a tie may be off because something is under way.
const UNDER_WAY_MAX: Duration = Duration::from_secs(5);

impl Bookkeeping {
    /// What of a month, and of those before it, is not in the books yet; none when it can be closed. While facts of the month
    /// still come in, stock moves a moment before its entry, so that a tie which is off is looked at again for a while.
    pub(crate) async fn pending(
        &self,
        through: Month,
        patience: Patience,
    ) -> Result<Vec<Pending>, BookkeepingError> {
        let under_way = patience.at_most(UNDER_WAY_MAX);
        loop {
            let behind = self.behind(patience).await?;
            if !behind.is_empty() {
                return Ok(behind);
            }
            let pending = self.not_in_books(through, patience).await?;
            let may_pass = pending.iter().all(|one| one.kind == PendingKind::Tie);
            if pending.is_empty() || !may_pass || !under_way.pause().await {
                return Ok(pending);
            }
        }
    }

    /// Waits until the reactors have dealt with what is in the log now and with what comes of it; those that have not in time.
    async fn behind(&self, patience: Patience) -> Result<Vec<Pending>, BookkeepingError> {
        let log = self.commands.log();
        for reactor in REACTORS.into_iter().filter_map(reactor_named) {
            // The head again for each: the one behind has to deal with what the one before it has just written.
            let head = log.head().await?.position;
            while !has_dealt_with(log, reactor, head).await? {
                if !patience.pause().await {
                    return Ok(vec![lag_of(log, reactor, head).await?]);
                }
            }
        }
        Ok(Vec::new())
    }

    async fn not_in_books(
        &self,
        through: Month,
        patience: Patience,
    ) -> Result<Vec<Pending>, BookkeepingError> {
        let head = self.commands.log().head().await?.position;
        let mut pending = Vec::new();
        let waiting = self
            .projections
            .pending_work(through, patience.at_least(head))
            .await?;
        for (kind, waiting) in [
            (PendingKind::Unposted, waiting.unposted),
            (PendingKind::WaitingLines, waiting.waiting_lines),
        ] {
            if waiting.count > 0 {
                pending.push(Pending {
                    kind,
                    count: waiting.count,
                    first: waiting.first.unwrap_or_default(),
                });
            }
        }
        pending.extend(self.set_aside(through).await?);
        pending.extend(self.parked().await?);
        let (ties, _) = self
            .projections
            .book_ties(through, patience.at_least(head))
            .await?;
        // What is in another currency is never posted, so nothing of the books is to agree with it.
        let currency = self.commands.books_currency().await?;
        let ties = ties.iter().filter(|tie| Some(tie.currency) == currency);
        let loose: Vec<&BookTie> = ties.filter(|tie| !tie.agrees()).collect();
        if let Some(first) = loose.first() {
            pending.push(Pending {
                kind: PendingKind::Tie,
                count: count(loose.len()),
                first: described(first),
            });
        }
        Ok(pending)
    }

    /// Events that a read model lacks, whatever their day: figures without them are none to seal.
    pub(crate) async fn parked(&self) -> Result<Vec<Pending>, BookkeepingError> {
        let status = self.projections.status().await?;
        let lacking = status
            .iter()
            .filter(|one| one.parked > 0 && READ_MODELS.contains(&one.projection));
        let lacking = lacking.map(|one| Pending {
            kind: PendingKind::Parked,
            count: one.parked,
            first: one.projection.to_owned(),
        });
        Ok(lacking.collect())
    }

    /// Events of these months that a reactor set aside.
    async fn set_aside(&self, through: Month) -> Result<Vec<Pending>, BookkeepingError> {
        let log = self.commands.log();
        let mut pending = Vec::new();
        for reactor in REACTORS {
            let page = list_parked(log, reactor, None, Version::START, SET_ASIDE_MAX).await?;
            let positions = page
                .events
                .iter()
                .map(|parked| Position::new(parked.event.source_position));
            let positions: Vec<Position> = positions.collect();
            let mut of_these = log.events_at(&positions).await?;
            of_these.retain(|event| may_be_of(&event.data, through));
            // Of those beyond the page nobody has looked at the month.
            let unseen = page.next.is_some();
            let first = of_these
                .first()
                .map(|first| format!("{reactor} {} {}", first.event_type.as_str(), first.position));
            let first = first
                .or_else(|| unseen.then(|| format!("{reactor}, more than {SET_ASIDE_MAX} of any month")));
            if let Some(first) = first {
                pending.push(Pending {
                    kind: PendingKind::SetAside,
                    count: count(of_these.len().max(usize::from(unseen))),
                    first,
                });
            }
        }
        Ok(pending)
    }
}

async fn lag_of(log: &Log, reactor: &dyn AnyReactor, head: Position) -> Result<Pending, BookkeepingError> {
    let position = log.subscription(reactor.name()).position().await?;
    Ok(Pending {
        kind: PendingKind::Behind,
        count: head.get().saturating_sub(position.get()),
        first: reactor.name().to_owned(),
    })
}

/// Whether an event is of a month or one before it; also one whose day cannot be read.
fn may_be_of(data: &str, through: Month) -> bool {
    #[derive(serde::Deserialize)]
    struct Dated {
        business_date: Option<Date>,
    }
    let dated = serde_json::from_str::<Dated>(data).ok();
    dated
        .and_then(|dated| dated.business_date)
        .is_none_or(|day| day <= through.last_day())
}

fn described(tie: &BookTie) -> String {
    let kind = match &tie.kind {
        TieKind::Inventory => "inventory".to_owned(),
        TieKind::Account(code) => code.to_string(),
    };
    let store = tie.store_id.as_ref().map(|store| format!(" {store}"));
    let (store, ledger, account) = (store.unwrap_or_default(), tie.ledger, tie.account);
    format!("{kind}{store} {ledger} <> {account} {}", tie.currency)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
