//! What the catalogue said of a product at a position of the log.
//!
//! A source event is judged by the catalogue as it was at that event, so that dealing with it again gives the same.

use std::collections::HashMap;

use posars_domain::product::{Product, ProductEvent, ProductState};
use posars_domain::{Aggregate as _, Sku};
use posars_event_store::{Direction, Log, Position, RecordedEvent, StreamName, Version};

use crate::CommandError;
use crate::load::decode;

/// The most products remembered; about 150 bytes each. Beyond it all are forgotten and read again.
const PRODUCTS_MAX: usize = 100_000;
/// Events of one read of a product's history.
const PAGE_EVENTS: u32 = 500;

/// Whether sales of a product move stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody has defined it: its lines wait.
    Unknown,
    /// No stock is kept of it.
    Untracked,
    /// Stock is kept of it.
    Tracked,
}

/// The standing of every product met so far, as of the position reached.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    products: HashMap<Sku, Standing>,
}

impl Catalogue {
    pub(crate) fn knows(&self, sku: &Sku) -> bool {
        self.products.contains_key(sku)
    }

    pub(crate) fn standing(&self, sku: &Sku) -> Standing {
        self.products.get(sku).copied().unwrap_or(Standing::Unknown)
    }

    pub(crate) fn forget(&mut self) {
        self.products.clear();
    }

    /// Makes room between pages.
    pub(crate) fn trim(&mut self) {
        if self.products.len() > PRODUCTS_MAX {
            self.forget();
        }
    }

    /// Learns the standing of a product as of `position` from its stream's last event, or from its history when that
    /// event is later or does not tell.
    pub(crate) async fn learn(
        &mut self,
        log: &Log,
        (sku, stream): (&Sku, &StreamName),
        last: Option<&RecordedEvent>,
        position: Position,
    ) -> Result<(), CommandError> {
        let standing = match last {
            None => Standing::Unknown,
            Some(last) if last.position <= position => match standing_after(&decode(last)?) {
                Some(standing) => standing,
                None => history(log, stream, position).await?,
            },
            Some(_) => history(log, stream, position).await?,
        };
        self.products.insert(sku.clone(), standing);
        Ok(())
    }

    /// Follows an event of a product. A product not met yet is left to [`Catalogue::learn`].
    pub(crate) fn follow(&mut self, event: &ProductEvent) {
        let sku = match event {
            ProductEvent::ProductDefined(event) => &event.settings.sku,
            ProductEvent::ProductChanged(event) => &event.settings.sku,
            ProductEvent::ProductRetired(event) => &event.sku,
        };
        if let (Some(known), Some(standing)) = (self.products.get_mut(sku), standing_after(event)) {
            *known = standing;
        }
    }
}

/// What an event alone tells; a retirement says nothing of whether stock is kept.
pub(crate) fn standing_after(event: &ProductEvent) -> Option<Standing> {
    let tracked = match event {
        ProductEvent::ProductDefined(event) => event.settings.tracked,
        ProductEvent::ProductChanged(event) => event.settings.tracked,
        ProductEvent::ProductRetired(_) => return None,
    };
    Some(if tracked {
        Standing::Tracked
    } else {
        Standing::Untracked
    })
}

async fn history(log: &Log, stream: &StreamName, position: Position) -> Result<Standing, CommandError> {
    let mut state = ProductState::default();
    let mut from = Version::START.plus(1);
    loop {
        let page = log
            .read_stream(stream, from, Direction::Forwards, PAGE_EVENTS)
            .await?;
        let is_last = page.len() < usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX);
        for recorded in page {
            if recorded.position > position {
                return Ok(standing_of(&state));
            }
            state = Product::evolve(state, &decode(&recorded)?);
            from = recorded.version.plus(1);
        }
        if is_last {
            return Ok(standing_of(&state));
        }
    }
}

fn standing_of(state: &ProductState) -> Standing {
    match &state.settings {
        None => Standing::Unknown,
        Some(settings) if settings.tracked => Standing::Tracked,
        Some(_) => Standing::Untracked,
    }
}
