//! What can have been put aside; append-only.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::events;
use crate::{Currency, LineId, Quantity, ReturnId, SaleId, Sku, StoreId};

events! {
    /// What can have been put aside.
    pub enum WaitingEvent of WaitingKind {
        /// Lines of a sale wait for their product to be defined.
        SaleLinesParked(SaleLinesParked) = 1,
        /// The product is defined and every line that waited for it has moved stock.
        SaleLinesReleased(SaleLinesReleased) = 1,
        /// An event could not be worked on.
        SourceEventParked(SourceEventParked) = 1,
        /// An event that could not be worked on was tried again, and is dealt with.
        SourceEventRetried(SourceEventRetried) = 1,
    }
}

/// Lines of a sale, void or return wait for their product to be defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleLinesParked {
    /// What nobody knows yet.
    pub sku: Sku,
    /// Where.
    pub store_id: StoreId,
    /// The sale.
    pub sale_id: SaleId,
    /// What happened to it.
    pub movement: ParkedMovement,
    /// The return, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_id: Option<ReturnId>,
    /// The log position of the sale, void or return.
    pub source_position: u64,
    /// The id of that event.
    pub source_event_id: Uuid,
    /// When it took place.
    pub occurred_at: Timestamp,
    /// The trading day it counts for.
    pub business_date: Date,
    /// The currency of the sale.
    pub currency: Currency,
    /// The lines of this SKU.
    pub lines: Vec<ParkedLine>,
}

/// What happened to the sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedMovement {
    /// It took place: goods go out.
    Sale,
    /// It was undone: goods come back.
    Void,
    /// Goods came back.
    Return,
}

/// One line that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much of it.
    pub quantity: Quantity,
    /// How much of the line came back before, all returns counted; zero but for returns.
    #[serde(default, skip_serializing_if = "Quantity::is_zero")]
    pub returned_before: Quantity,
}

/// The product is defined and every line that waited for it has moved stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleLinesReleased {
    /// What is known now.
    pub sku: Sku,
    /// The log position of the product's definition.
    pub source_position: u64,
}

/// An event could not be worked on; the others went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEventParked {
    /// The reactor.
    pub reactor: String,
    /// The stream that it concerns: the source's own, or the one it should have moved.
    pub key: String,
    /// The log position of the event.
    pub source_position: u64,
    /// The id of the event.
    pub source_event_id: Uuid,
    /// The stable code of what went wrong.
    pub reason: String,
    /// What went wrong, and the next step.
    pub problem: String,
}

/// An event that had been put aside was tried again, and is dealt with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEventRetried {
    /// The reactor.
    pub reactor: String,
    /// The stream that it concerned, as [`SourceEventParked::key`] says.
    pub key: String,
    /// The log position of the event.
    pub source_position: u64,
    /// The id of the event.
    pub source_event_id: Uuid,
}
