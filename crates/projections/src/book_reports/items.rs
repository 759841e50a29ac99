//! Receivables and payables: what is owed, its instalments, and what happened to it.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::open_item::{ItemKind, ItemOrigin, MatchKeys};
use posars_domain::{
    AccountCode, Amount, Currency, OpenItemId, PartyId, SettlementId, StatementLineId, StoreId,
};
use posars_event_store::{Position, Version};
use uuid::Uuid;

use super::sums::minus;
use crate::listing::Listing;
use crate::read::{Columns, FIRST_DAY, LAST_DAY, ReadRow, key_part};
use crate::read_models::books::open_items::Owed;
use crate::read_models::{InstallmentsFold, ItemMoveKind, ItemMovesFold, OpenItemsFold, OwedBy};
use crate::row::StoredRow as _;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// Something owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItemRow {
    /// The item.
    pub item_id: OpenItemId,
    /// Who owes.
    pub side: OwedBy,
    /// What it is owed for.
    pub kind: ItemKind,
    /// The account that holds it.
    pub account: AccountCode,
    /// The currency of every amount.
    pub currency: Currency,
    /// The store; `None` for what is of no store.
    pub store_id: Option<StoreId>,
    /// Who owes it, or is owed.
    pub party: Option<PartyId>,
    /// What people call them.
    pub party_name: Option<String>,
    /// The document.
    pub document: Option<String>,
    /// More on it.
    pub memo: Option<String>,
    /// What it was registered for.
    pub origin: ItemOrigin,
    /// What statements know it by.
    pub keys: MatchKeys,
    /// The day it is owed since.
    pub business_date: Date,
    /// The figures.
    pub figures: ItemFigures,
    /// Its instalments by number.
    pub installments: Vec<InstallmentRow>,
    /// Its version, for who changes it.
    pub version: Version,
    /// The event that registered it.
    pub position: Position,
    /// The last event of it.
    pub last_position: Position,
}

/// What became of an amount owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemFigures {
    /// What was registered, with what came to it.
    pub amount: Amount,
    /// How much of that was paid, fees and discounts included.
    pub settled: Amount,
    /// How much was taken off by credit notes, returns and voids.
    pub credited: Amount,
    /// How much was cancelled.
    pub cancelled: Amount,
    /// How much was written off.
    pub written_off: Amount,
    /// What is open: the amount less all of these.
    pub open: Amount,
}

/// A part of an item that falls due on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallmentRow {
    /// Its item.
    pub item_id: OpenItemId,
    /// Its number in the item.
    pub number: u16,
    /// When it falls due.
    pub due_date: Date,
    /// What will be kept by who pays, as far as the terms told.
    pub expected_fee: Amount,
    /// The figures; an instalment that a later schedule ended has less open by what that had.
    pub figures: ItemFigures,
    /// What a later schedule has instead.
    pub ended: Amount,
    /// The event that it came with: that of the item, or of a schedule.
    pub position: Position,
}

/// Something that happened to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemMove {
    /// What happened.
    pub kind: ItemMoveKind,
    /// The settlement, credit or write-off.
    pub settlement_id: Option<SettlementId>,
    /// The day of it.
    pub business_date: Date,
    /// By how much more or less is open, above zero whichever way; of a new schedule what falls due on other days.
    pub amount: Amount,
    /// What was kept, or had been.
    pub fee: Amount,
    /// A discount for paying early.
    pub discount: Amount,
    /// Interest and fines.
    pub interest: Amount,
    /// The account that the money went to, or came from.
    pub money_account: Option<AccountCode>,
    /// The bank's reference.
    pub bank_reference: Option<String>,
    /// The line of a statement that told it.
    pub statement_line: Option<StatementLineId>,
    /// How much of which instalment.
    pub parts: Vec<(u16, Amount)>,
    /// Why.
    pub reason: Option<String>,
    /// When the log accepted it; none of the registration, which its item tells of.
    pub recorded_at: Option<Timestamp>,
    /// Where the log recorded it.
    pub position: Position,
}

/// Which items to list: those that fit all that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFilter {
    /// Who owes.
    pub side: OwedBy,
    /// Only those of which something is open.
    pub open_only: bool,
    /// Only those of which something is open that fell due before this day.
    pub overdue_on: Option<Date>,
    /// Only those with an instalment that falls due on this day or later.
    pub due_from: Option<Date>,
    /// Only those with an instalment that falls due on this day or before.
    pub due_to: Option<Date>,
    /// Only of this kind.
    pub kind: Option<ItemKind>,
    /// Only of this party.
    pub party: Option<PartyId>,
    /// Only of this store.
    pub store_id: Option<StoreId>,
    /// Only of this document.
    pub document: Option<String>,
}

impl ItemFilter {
    /// All of one side.
    #[must_use]
    pub const fn all(side: OwedBy) -> Self {
        Self {
            side,
            open_only: false,
            overdue_on: None,
            due_from: None,
            due_to: None,
            kind: None,
            party: None,
            store_id: None,
            document: None,
        }
    }
}

fn figures(columns: Columns<'_>) -> Result<ItemFigures, QueryError> {
    Ok(ItemFigures {
        amount: columns.amount("amount_minor")?,
        settled: columns.amount("settled_minor")?,
        credited: columns.amount("credited_minor")?,
        cancelled: columns.amount("cancelled_minor")?,
        written_off: columns.amount("written_off_minor")?,
        open: columns.amount("open_minor")?,
    })
}

impl ReadRow for OpenItemRow {
    type Of = OpenItemsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let origin = serde_json::from_str(columns.get("origin")?);
        let keys: Option<&str> = columns.get("keys")?;
        let keys = keys.map_or_else(|| Ok(MatchKeys::default()), serde_json::from_str);
        Ok(Self {
            item_id: OpenItemId::new(columns.get("item_id")?),
            side: columns.parse("side")?,
            kind: columns.parse("kind")?,
            account: columns.parse("account")?,
            currency: columns.parse("currency")?,
            store_id: columns.parse_maybe("store_id")?,
            party: columns.parse_maybe("party")?,
            party_name: columns.get("party_name")?,
            document: columns.get("document")?,
            memo: columns.get("memo")?,
            origin: origin.map_err(|problem| columns.unreadable("origin", &problem))?,
            keys: keys.map_err(|problem| columns.unreadable("keys", &problem))?,
            business_date: columns.get("business_date")?,
            figures: figures(columns)?,
            installments: Vec::new(),
            version: Version::new(columns.count("version")?),
            position: columns.position("position")?,
            last_position: columns.position("last_position")?,
        })
    }
}

impl ReadRow for InstallmentRow {
    type Of = InstallmentsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let number: i32 = columns.get("number")?;
        Ok(Self {
            item_id: OpenItemId::new(columns.get("item_id")?),
            number: columns.narrow("number", number)?,
            due_date: columns.get("due_date")?,
            expected_fee: columns.amount("expected_fee_minor")?,
            figures: figures(columns)?,
            ended: columns.amount("ended_minor")?,
            position: columns.position("position")?,
        })
    }
}

impl ReadRow for ItemMove {
    type Of = ItemMovesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let number: i32 = columns.get("number")?;
        let amount = absolute(columns.amount("open_minor")?);
        Ok(Self {
            kind: columns.parse("kind")?,
            settlement_id: columns
                .get::<Option<Uuid>>("settlement_id")?
                .map(SettlementId::new),
            business_date: columns.get("business_date")?,
            amount,
            fee: columns.amount("fee_minor")?,
            discount: columns.amount("discount_minor")?,
            interest: columns.amount("interest_minor")?,
            money_account: columns.parse_maybe("money_account")?,
            bank_reference: columns.get("bank_reference")?,
            statement_line: columns
                .get::<Option<Uuid>>("statement_line")?
                .map(StatementLineId::new),
            parts: vec![(columns.narrow("number", number)?, amount)],
            reason: columns.get("reason")?,
            recorded_at: Some(columns.get("recorded_at")?),
            position: columns.position("position")?,
        })
    }
}

/// How much, whichever way it went.
fn absolute(amount: Amount) -> Amount {
    if amount.is_negative() {
        amount.checked_neg().unwrap_or_default()
    } else {
        amount
    }
}

impl Projections {
    /// Items by the day that they are owed since, then in the order of the log, with their instalments.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_open_items(
        &self,
        filter: &ItemFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<OpenItemRow>, QueryError> {
        let before = self.wait_for(OpenItemsFold::NAME, freshness).await?;
        // Before the conditions on them, and to show them.
        self.follow(InstallmentsFold::NAME, freshness.min_position)
            .await?;
        let (day, position) = match page.key::<2>()? {
            Some([day, position]) => (key_part(day)?, key_part::<i64>(position)?),
            None => (FIRST_DAY, 0),
        };
        let (side, at) = (filter.side.as_str(), page.sql_at());
        let kind = filter.kind.map(ItemKind::as_str);
        let (party, store) = (
            filter.party.as_ref().map(PartyId::as_str),
            filter.store_id.as_ref().map(StoreId::as_str),
        );
        let overdue_to = filter.overdue_on.map(|day| day.yesterday().unwrap_or(FIRST_DAY));
        let (due_from, due_to) = (
            filter.due_from.unwrap_or(FIRST_DAY),
            filter.due_to.unwrap_or(LAST_DAY),
        );
        let mut listing = Listing::of(Owed::TABLE, &["business_date", "position"])
            .only("side", Some(&side))
            .only("party", party.as_ref())
            .only("kind", kind.as_ref())
            .only("store_id", store.as_ref())
            .only("document", filter.document.as_ref())
            .not_zero("open_minor", filter.open_only || overdue_to.is_some());
        if let Some(last) = &overdue_to {
            listing = listing.with_due(&FIRST_DAY, last, true);
        }
        if filter.due_from.is_some() || filter.due_to.is_some() {
            listing = listing.with_due(&due_from, &due_to, filter.open_only);
        }
        let listing = listing.after(&[&day, &position]).up_to("position", &at);
        let mut page = self
            .list_page(listing, page, before, |item: &OpenItemRow| {
                vec![item.business_date.to_string(), item.position.to_string()]
            })
            .await?;
        self.add_installments(&mut page.rows, page.position).await?;
        Ok(page)
    }

    /// An item with its instalments and what happened to it, in the order of the log, and the position that the answer
    /// includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn open_item(
        &self,
        side: OwedBy,
        item_id: OpenItemId,
        freshness: Freshness,
    ) -> Result<(Option<(OpenItemRow, Vec<ItemMove>)>, Position), QueryError> {
        let before = self.wait_for(OpenItemsFold::NAME, freshness).await?;
        let (id, side_word) = (item_id.uuid(), side.as_str());
        let listing = Listing::of(Owed::TABLE, &[])
            .only("item_id", Some(&id))
            .only("side", Some(&side_word));
        let (item, position) = self.get::<OpenItemRow>(listing, before).await?;
        let Some(item) = item else {
            return Ok((None, position));
        };
        let mut items = vec![item];
        self.add_installments(&mut items, position).await?;
        let before = self.follow(ItemMovesFold::NAME, position).await?;
        let sql = include_str!("../sql/list_item_moves.sql");
        let (moves, _) = self.rows::<ItemMove>(sql, &[&id, &side_word], before).await?;
        let item = items.pop();
        let with_moves = item.map(|item| {
            let moves = history(&item, moves)?;
            Ok::<_, QueryError>((item, moves))
        });
        Ok((with_moves.transpose()?, position))
    }

    async fn add_installments(
        &self,
        items: &mut [OpenItemRow],
        position: Position,
    ) -> Result<(), QueryError> {
        if items.is_empty() {
            return Ok(());
        }
        let before = self.follow(InstallmentsFold::NAME, position).await?;
        let ids: Vec<Uuid> = items.iter().map(|item| item.item_id.uuid()).collect();
        let side = items.first().map_or("", |item| item.side.as_str());
        let sql = include_str!("../sql/list_installments.sql");
        let (installments, _) = self.rows::<InstallmentRow>(sql, &[&ids, &side], before).await?;
        let mut installments = installments.into_iter().peekable();
        // Both come in the order of the items.
        for item in items {
            while let Some(installment) = installments.next_if(|next| next.item_id == item.item_id) {
                item.installments.push(installment);
            }
        }
        Ok(())
    }
}

/// The registration, then what happened: the parts of one event together.
fn history(item: &OpenItemRow, moves: Vec<ItemMove>) -> Result<Vec<ItemMove>, QueryError> {
    let mut amount = item.figures.amount;
    let mut later: Vec<ItemMove> = Vec::new();
    let mut increased = std::collections::BTreeMap::<u16, Amount>::new();
    for part in moves {
        if part.kind == ItemMoveKind::Increased {
            amount = minus(amount, part.amount)?;
            for (number, more) in &part.parts {
                let sum = increased.entry(*number).or_default();
                *sum = super::sums::plus(*sum, *more)?;
            }
        }
        match later.last_mut().filter(|event| event.position == part.position) {
            Some(event) => {
                event.amount = super::sums::plus(event.amount, part.amount)?;
                event.parts.extend(part.parts);
            }
            None => later.push(part),
        }
    }
    let registered = item
        .installments
        .iter()
        .filter(|part| part.position == item.position);
    let parts = registered.map(|part| {
        let more = increased.get(&part.number).copied().unwrap_or_default();
        Ok((part.number, minus(part.figures.amount, more)?))
    });
    let mut all = vec![ItemMove {
        kind: ItemMoveKind::Registered,
        settlement_id: None,
        business_date: item.business_date,
        amount,
        fee: Amount::default(),
        discount: Amount::default(),
        interest: Amount::default(),
        money_account: None,
        bank_reference: None,
        statement_line: None,
        parts: parts.collect::<Result<_, QueryError>>()?,
        reason: None,
        recorded_at: None,
        position: item.position,
    }];
    all.append(&mut later);
    Ok(all)
}
