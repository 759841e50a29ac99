//! The commands of stock that people give: goods received and quantities put right.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use jiff::Timestamp;
use posars_domain::product::{Product, ProductSettings};
use posars_domain::stock::{
    AdjustStock, ReceiveStock, ReceivedCost, RevalueStock, Stock, StockCommand, StockContext, StockEvent,
    StockState,
};
use posars_domain::store::StoreSettings;
use posars_domain::{
    AccessKey, Amount, Currency, Decider, InvalidValue, LineId, Quantity, ReceiptId, Rejection as _, Sku,
    StoreId,
};
use posars_event_store::{StreamName, Version};
use serde::Serialize;
use tracing::Instrument as _;

use crate::handle::is_for_ever;
use crate::keys::{derived, stream_of};
use crate::known_stores::KnownStore;
use crate::load::decode;
use crate::plan::{Failed, Plan, Request, Write};
use crate::{CommandError, Commands, Envelope, Receipt};

/// The most lines of one receipt of goods: two events each at most, in one append of at most 1,000.
pub const RECEIPT_LINES_MAX: usize = 450;

/// Takes in goods from outside: all lines of one delivery, as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiveGoods {
    /// The receipt of goods, an id made by the client and its idempotency key for ever.
    pub receipt_id: ReceiptId,
    /// Where.
    pub store_id: StoreId,
    /// When, by the client's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// The currency of every amount here; the store's own.
    pub currency: Currency,
    /// Who delivered, at most 200 characters.
    pub supplier: Option<String>,
    /// The access key of the supplier's NF-e, good for one receipt only.
    pub access_key: Option<AccessKey>,
    /// What was received, 1 to [`RECEIPT_LINES_MAX`] lines.
    pub lines: Vec<ReceiveGoodsLine>,
}

impl ReceiveGoods {
    /// Whether the rules would take it in a store that has no stock yet and whose products are not known: for a dry run
    /// about a store that is not in the log.
    ///
    /// # Errors
    /// As [`Commands::receive_stock`], of the rules alone.
    pub fn decide_in_new_store(
        &self,
        store: &StoreSettings,
        recorded_at: Timestamp,
    ) -> Result<(), CommandError> {
        check_lines(&self.lines).map_err(CommandError::rejected)?;
        let context = StockContext {
            store: Some(store.clone()),
            product: None,
            recorded_at,
        };
        let mut states: HashMap<&Sku, StockState> = HashMap::new();
        for (index, line) in self.lines.iter().enumerate() {
            let state = states.entry(&line.sku).or_default();
            match Stock::decide(state, &line_command(self, line).into(), &context) {
                Ok(decision) => {
                    for event in &decision.events {
                        *state = Stock::evolve(std::mem::take(state), event);
                    }
                }
                Err(rejection) => {
                    let line = Some(index);
                    return Err(CommandError::rejected(InLine { line, rejection }));
                }
            }
        }
        Ok(())
    }
}

/// One line of goods received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiveGoodsLine {
    /// The line, unique in the receipt.
    pub line_id: LineId,
    /// What; it need not be in the catalogue.
    pub sku: Sku,
    /// How much, more than zero, in the product's decimals.
    pub quantity: Quantity,
    /// What it cost.
    pub cost: ReceivedCost,
    /// Freight, insurance and taxes of this line on top of the cost.
    pub landed: Amount,
}

impl Commands {
    /// Takes in the goods of one delivery: all lines or none, once per receipt id.
    ///
    /// # Errors
    /// [`CommandError`]; see `StockRejection` for the rules. A rejection's field names the line's own field.
    pub async fn receive_stock(
        &self,
        command: &ReceiveGoods,
        envelope: &Envelope,
    ) -> Result<Receipt<StockEvent>, CommandError> {
        check_lines(&command.lines).map_err(CommandError::rejected)?;
        if self.shared.policy.strict_catalog {
            let skus: Vec<Sku> = command.lines.iter().map(|line| line.sku.clone()).collect();
            self.require_products(&skus).await?;
        }
        let own_key = derived(&format_args!("ReceiveStock/{}", command.receipt_id));
        let request = Request::new("ReceiveStock", command, Some(own_key), envelope)?;
        let moves = command.lines.iter().map(|line| Move {
            sku: line.sku.clone(),
            command: line_command(command, line).into(),
        });
        self.move_stock(&command.store_id, &moves.collect::<Vec<_>>(), &request)
            .await
    }

    /// Whether each of these stocks has moved otherwise than by these receipts of goods, in the order asked.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn have_moved_otherwise(
        &self,
        stocks: &[(StoreId, Sku)],
        receipts: &HashSet<ReceiptId>,
    ) -> Result<Vec<bool>, CommandError> {
        let streams: Vec<StreamName> = stocks
            .iter()
            .map(|(store_id, sku)| stream_of::<Stock>(Stock::stream_id(store_id, sku)))
            .collect::<Result<_, _>>()?;
        let is_other = |event: &StockEvent| !matches!(event, StockEvent::StockReceived(received) if receipts.contains(&received.receipt_id));
        let last = self.shared.log.last_events(&streams).await?;
        let mut have_moved = Vec::with_capacity(stocks.len());
        for (stream, last) in streams.iter().zip(last) {
            have_moved.push(match last {
                None => false,
                Some(last) if is_other(&decode(&last)?) => true,
                Some(_) => self.load::<Stock>(stream, is_other).await?.answer.is_some(),
            });
        }
        Ok(have_moved)
    }

    /// Puts the quantity of one product in one store right, once per adjustment id.
    ///
    /// # Errors
    /// [`CommandError`]; see `StockRejection` for the rules.
    pub async fn adjust_stock(
        &self,
        command: AdjustStock,
        envelope: &Envelope,
    ) -> Result<Receipt<StockEvent>, CommandError> {
        let own_key = derived(&format_args!("AdjustStock/{}", command.adjustment_id));
        let request = Request::new("AdjustStock", &command, Some(own_key), envelope)?;
        let store_id = command.store_id.clone();
        let moves = [Move {
            sku: command.sku.clone(),
            command: command.into(),
        }];
        self.move_stock(&store_id, &moves, &request).await
    }

    /// Puts the value of what is on hand of one product in one store right, once per adjustment id.
    ///
    /// # Errors
    /// [`CommandError`]; see `StockRejection` for the rules.
    pub async fn revalue_stock(
        &self,
        command: RevalueStock,
        envelope: &Envelope,
    ) -> Result<Receipt<StockEvent>, CommandError> {
        let own_key = derived(&format_args!("RevalueStock/{}", command.adjustment_id));
        let request = Request::new("RevalueStock", &command, Some(own_key), envelope)?;
        let store_id = command.store_id.clone();
        let moves = [Move {
            sku: command.sku.clone(),
            command: command.into(),
        }];
        self.move_stock(&store_id, &moves, &request).await
    }

    async fn move_stock(
        &self,
        store_id: &StoreId,
        moves: &[Move],
        request: &Request<'_>,
    ) -> Result<Receipt<StockEvent>, CommandError> {
        let started = Instant::now();
        let span =
            tracing::debug_span!("command", name = request.name, store = %store_id, lines = moves.len());
        let result = self
            .stock_attempts(store_id, moves, request)
            .instrument(span)
            .await;
        self.shared
            .metrics
            .done(request.name, started.elapsed(), result.as_ref());
        result
    }

    async fn stock_attempts(
        &self,
        store_id: &StoreId,
        moves: &[Move],
        request: &Request<'_>,
    ) -> Result<Receipt<StockEvent>, CommandError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.stock_attempt(store_id, moves, request).await {
                Ok(receipt) => return Ok(receipt),
                Err(Failed::Error(error)) => return Err(error),
                Err(Failed::Lost(stream)) => self.lost(request.name, &stream, attempts, true).await?,
            }
        }
    }

    async fn stock_attempt(
        &self,
        store_id: &StoreId,
        moves: &[Move],
        request: &Request<'_>,
    ) -> Result<Receipt<StockEvent>, Failed> {
        let store = self.known_store(store_id).await?;
        let mut shelves = self.shelves(store_id, moves).await?;
        let mut plan = Plan::new(store.iter().map(|known| known.guard()).collect());
        for (index, one) in moves.iter().enumerate() {
            let Some(shelf) = shelves.get_mut(&one.sku) else {
                continue;
            };
            let context = context_of(store.as_deref(), shelf, request);
            match Stock::decide(&shelf.state, &one.command, &context) {
                Ok(decision) => {
                    for event in &decision.events {
                        shelf.state = Stock::evolve(std::mem::take(&mut shelf.state), event);
                    }
                    shelf.events.extend(decision.events);
                    for claim in decision.claims {
                        plan.claim(&shelf.stream, claim)?;
                    }
                }
                Err(rejection) => {
                    let may_be_done = !is_for_ever(rejection.kind());
                    let line = matches!(one.command, StockCommand::ReceiveStock(_)).then_some(index);
                    let rejected = CommandError::rejected(InLine { line, rejection });
                    return Ok(self
                        .unless_done(&shelf.stream, request, may_be_done, rejected)
                        .await?);
                }
            }
        }
        // In the order of the lines, which the order of a map is not.
        for one in moves {
            if let Some(shelf) = shelves.remove(&one.sku).filter(|shelf| !shelf.events.is_empty()) {
                plan.write(Write {
                    stream: shelf.stream,
                    version: shelf.version,
                    events: shelf.events,
                });
            }
        }
        self.carry_out(plan, request).await
    }

    /// The stock of each SKU and its product, in one round trip.
    async fn shelves(&self, store_id: &StoreId, moves: &[Move]) -> Result<HashMap<Sku, Shelf>, CommandError> {
        let skus: HashSet<&Sku> = moves.iter().map(|one| &one.sku).collect();
        let mut streams = Vec::with_capacity(skus.len() * 2);
        for sku in &skus {
            streams.push(stream_of::<Stock>(Stock::stream_id(store_id, sku))?);
            streams.push(stream_of::<Product>(Product::stream_id(sku))?);
        }
        let last = self.shared.log.last_events(&streams).await?;
        let mut shelves = HashMap::with_capacity(skus.len());
        for ((sku, streams), last) in skus
            .into_iter()
            .zip(streams.chunks_exact(2))
            .zip(last.chunks_exact(2))
        {
            let ([stock, product], [last_move, last_change]) = (streams, last) else {
                continue;
            };
            let (mut state, mut version) = (StockState::default(), Version::START);
            if let Some(last_move) = last_move {
                state = Stock::evolve(state, &decode::<StockEvent>(last_move)?);
                version = last_move.version;
            }
            let product = match last_change {
                Some(last_change) => self.settings_of(product, last_change).await?,
                None => None,
            };
            let shelf = Shelf {
                stream: stock.clone(),
                version,
                state,
                product,
                events: Vec::new(),
            };
            shelves.insert(sku.clone(), shelf);
        }
        Ok(shelves)
    }
}

/// One command to one stock.
struct Move {
    sku: Sku,
    command: StockCommand,
}

/// A stock while commands to it are being decided.
struct Shelf {
    stream: StreamName,
    version: Version,
    state: StockState,
    product: Option<ProductSettings>,
    events: Vec<StockEvent>,
}

fn context_of(store: Option<&KnownStore>, shelf: &Shelf, request: &Request<'_>) -> StockContext {
    StockContext {
        store: store.map(|known| known.settings.clone()),
        product: shelf.product.clone(),
        recorded_at: request.envelope.received_at,
    }
}

fn check_lines(lines: &[ReceiveGoodsLine]) -> Result<(), InvalidValue> {
    if lines.is_empty() || lines.len() > RECEIPT_LINES_MAX {
        let rule = "a receipt of goods has 1 to 450 lines; split a longer one";
        return Err(InvalidValue::new("LINE_COUNT_INVALID", lines.len(), rule).at("lines"));
    }
    let mut seen = HashSet::new();
    match lines
        .iter()
        .enumerate()
        .find(|(_, line)| !seen.insert(line.line_id))
    {
        Some((index, line)) => {
            let rule = "every line of a receipt has its own id";
            Err(InvalidValue::new("LINE_ID_DUPLICATE", line.line_id, rule)
                .at(format!("lines[{index}].line_id")))
        }
        None => Ok(()),
    }
}

fn line_command(command: &ReceiveGoods, line: &ReceiveGoodsLine) -> ReceiveStock {
    ReceiveStock {
        store_id: command.store_id.clone(),
        sku: line.sku.clone(),
        receipt_id: command.receipt_id,
        line_id: line.line_id,
        occurred_at: command.occurred_at,
        currency: command.currency,
        quantity: line.quantity,
        cost: line.cost,
        landed: line.landed,
        supplier: command.supplier.clone(),
        access_key: command.access_key.clone(),
    }
}

/// A rejection that knows which line it is about.
#[derive(Debug, thiserror::Error)]
#[error("{rejection}")]
struct InLine {
    /// Its place in the receipt of goods, from 0; `None` for an adjustment, which has no lines.
    line: Option<usize>,
    rejection: posars_domain::stock::StockRejection,
}

impl posars_domain::Rejection for InLine {
    fn reason(&self) -> &'static str {
        self.rejection.reason()
    }

    fn kind(&self) -> posars_domain::RejectionKind {
        self.rejection.kind()
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        self.rejection.metadata()
    }

    /// Fields of the delivery stand as they are; those of a line get its place in front.
    fn field(&self) -> Option<String> {
        let field = self.rejection.field()?;
        let is_shared = matches!(
            field.as_str(),
            "store_id" | "occurred_at" | "currency" | "supplier" | "access_key"
        );
        match self.line.filter(|_| !is_shared) {
            Some(line) => Some(format!("lines[{line}].{field}")),
            None => Some(field),
        }
    }
}
