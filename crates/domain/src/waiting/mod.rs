//! What a reactor had to put aside: lines of sales whose SKU is not in the catalogue yet, stream `waiting-{sku}`, and
//! events that it could not work on, stream `parked-{reactor}`; those of them that were dealt with later, stream
//! `retried-{reactor}`.
//!
//! Written by reactors only, in the same append as the work itself, so nothing is put aside twice or lost.

mod event;

pub use event::{
    ParkedLine, ParkedMovement, SaleLinesParked, SaleLinesReleased, SourceEventParked, SourceEventRetried,
    WaitingEvent, WaitingKind,
};
