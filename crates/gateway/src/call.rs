//! What every service needs to know of a call besides its message, and the one place that keeps a caller to the company
//! and the stores that are theirs.
//!
//! A service reads every resource name through a [`Call`], which refuses those of other companies and other stores. What
//! names a store elsewhere (a field, or a sale that was loaded) goes through [`Call::may_touch`], [`Call::stores`] or
//! [`Call::may_touch_sale_of`]. What exists elsewhere and what exists nowhere look alike to the caller.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use posars_commands::{Actor, Envelope, Source};
use posars_domain::sale::SaleRejection;
use posars_domain::stock::StockRejection;
use posars_domain::{CompanyId, SaleId, Sku, StoreId};
use posars_event_store::Position;
use posars_projections::Freshness;
use tokio::time::Instant;
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::{Code, Request, Status};

use crate::Tenant;
use crate::authorize::Seat;
use crate::deadline::Deadline;
use crate::principal::StoreScope;
use crate::status;
use crate::wire::{Reader, read_name, read_optional_uuid};

/// Wait for a read model in a call without a deadline.
const WAIT_DEFAULT: Duration = Duration::from_secs(5);
/// Kept back from a call's time, so that "the read model is behind" is said before "too late".
const ANSWER_TIME: Duration = Duration::from_millis(50);
/// Header with the idempotency key of a command.
const IDEMPOTENCY_HEADER: &str = "idempotency-key";
/// Stands for every store in the parent of a list. No store id can be it.
const ALL_STORES: &str = "-";
/// W3C trace context: two hex digits, 32, 16 and 2, with hyphens between.
const TRACEPARENT_PARTS: [usize; 4] = [2, 32, 16, 2];

/// Who calls, where, until when, and as part of which trace.
pub(crate) struct Call {
    seat: Seat,
    deadline: Option<Instant>,
    traceparent: Option<String>,
    idempotency_key: Option<String>,
    received_at: Timestamp,
}

impl Call {
    /// Splits a request into the call and its message.
    ///
    /// # Errors
    /// When no layer has said who may call. That is a mistake of the server, and nobody gets in by it.
    pub(crate) fn of<T>(request: Request<T>) -> Result<(Self, T), Status> {
        let (metadata, mut extensions, message) = request.into_parts();
        let seat = extensions.remove::<Seat>().ok_or_else(status::unauthenticated)?;
        let deadline = extensions.remove::<Deadline>().map(|deadline| deadline.0);
        let traceparent = traceparent(&metadata);
        let idempotency_key = metadata.get(IDEMPOTENCY_HEADER).map(text_of);
        Ok((
            Self {
                seat,
                deadline,
                traceparent,
                idempotency_key,
                received_at: Timestamp::now(),
            },
            message,
        ))
    }

    /// What surrounds the command of this call. An empty `request_id` stands for the header of the same meaning, which
    /// clients of REST know.
    ///
    /// # Errors
    /// When `request_id` or the header is no UUID.
    pub(crate) fn envelope(&self, request_id: &str) -> Result<Envelope, Status> {
        let mut reader = Reader::new();
        let (field, text) = match self.idempotency_key.as_deref() {
            Some(key) if request_id.is_empty() => (IDEMPOTENCY_HEADER, key),
            Some(_) | None => ("request_id", request_id),
        };
        let request_id = read_optional_uuid(&mut reader, field, text);
        let request_id = reader.finish(request_id)?;
        let actor = Actor {
            subject: self.seat.principal.subject().into(),
            client: Some(self.seat.principal.client().into()),
        };
        let mut envelope = Envelope::new(actor, Source::Api, self.received_at);
        envelope.role_by_hand = self
            .seat
            .principal
            .role_by_hand()
            .map(|role| role.as_str().into());
        envelope.request_id = request_id;
        envelope.traceparent.clone_from(&self.traceparent);
        Ok(envelope)
    }

    /// How fresh an answer must be: up to `min_position`, waiting until shortly before the caller gives up.
    pub(crate) fn freshness(&self, min_position: u64) -> Freshness {
        if min_position == 0 {
            return Freshness::ANY;
        }
        let left = self
            .deadline
            .map_or(WAIT_DEFAULT, |deadline| deadline.duration_since(Instant::now()));
        let wait = left.saturating_sub(ANSWER_TIME);
        Freshness::at_least(Position::new(min_position), wait)
    }

    /// The company of the call: its log and its read models.
    pub(crate) fn tenant(&self) -> &Arc<Tenant> {
        &self.seat.tenant
    }

    /// The company of the call, if `company` names it.
    ///
    /// # Errors
    /// `UNKNOWN_COMPANY` for any other, whether it exists or not.
    fn company(&self, company: &str) -> Result<&CompanyId, Status> {
        let own = self.seat.tenant.company_id();
        if own.as_str() == company {
            Ok(own)
        } else {
            Err(status::unknown_company(company))
        }
    }

    /// The company of the call, if `company` names it and the caller may touch what belongs to no single store.
    ///
    /// # Errors
    /// `UNKNOWN_COMPANY` as above, `ROLE_LIMITED_TO_STORE` when the caller's role holds for some stores only.
    pub(crate) fn whole_company(&self, company: &str) -> Result<&CompanyId, Status> {
        let company = self.company(company)?;
        match &self.seat.stores {
            StoreScope::All => Ok(company),
            StoreScope::Only(_) => Err(limited_to_store(company)),
        }
    }

    /// Reads `companies/{company}` for a call that touches what belongs to no single store.
    pub(crate) fn whole_company_of(&self, field: &str, name: &str) -> Result<&CompanyId, Status> {
        let [company] = ids(field, name, ["companies"])?;
        self.whole_company(&company)
    }

    /// Reads `companies/{company}` for a call that names its store elsewhere: the caller of this asks
    /// [`Self::may_touch`] or [`Self::stores`].
    pub(crate) fn company_of(&self, field: &str, name: &str) -> Result<&CompanyId, Status> {
        let [company] = ids(field, name, ["companies"])?;
        self.company(&company)
    }

    /// Whether the caller may touch this store.
    ///
    /// # Errors
    /// `UNKNOWN_STORE`, in the words for a store that does not exist.
    pub(crate) fn may_touch(&self, store: &StoreId) -> Result<(), Status> {
        if self.has_store(store) {
            return Ok(());
        }
        let store_id = store.clone();
        Err(status::from_rejection(
            "",
            &StockRejection::UnknownStore { store_id },
        ))
    }

    /// Whether the caller may touch this sale, which was made in `store`.
    ///
    /// # Errors
    /// `SALE_NOT_FOUND`, in the words for a sale that does not exist.
    pub(crate) fn may_touch_sale_of(&self, store: &StoreId, sale_id: SaleId) -> Result<(), Status> {
        if self.has_store(store) {
            return Ok(());
        }
        Err(status::from_rejection(
            "",
            &SaleRejection::SaleNotFound { sale_id },
        ))
    }

    /// Whether the caller's role holds for some stores only, so that the store of what they name must be looked up.
    pub(crate) fn is_limited_to_stores(&self) -> bool {
        match &self.seat.stores {
            StoreScope::All => false,
            StoreScope::Only(_) => true,
        }
    }

    /// The store to list: the one that was asked for, or, when none was, the only one that the caller may touch. None
    /// stands for every store.
    ///
    /// # Errors
    /// `UNKNOWN_STORE` for a store of others; `STORE_NOT_CHOSEN` when several but not all are open to the caller.
    pub(crate) fn stores(&self, asked: Option<StoreId>) -> Result<Option<StoreId>, Status> {
        if let Some(store) = asked {
            self.may_touch(&store)?;
            return Ok(Some(store));
        }
        let StoreScope::Only(stores) = &self.seat.stores else {
            return Ok(None);
        };
        match (stores.len(), stores.first()) {
            (1, Some(only)) => Ok(Some(only.clone())),
            (_, _) => Err(store_not_chosen(stores.iter().map(StoreId::as_str))),
        }
    }

    fn has_store(&self, store: &StoreId) -> bool {
        match &self.seat.stores {
            StoreScope::All => true,
            StoreScope::Only(stores) => stores.contains(store),
        }
    }

    /// Reads `companies/{company}/stores/{store}`.
    pub(crate) fn store_of(&self, field: &str, name: &str) -> Result<(&CompanyId, StoreId), Status> {
        let [company, store] = ids(field, name, ["companies", "stores"])?;
        let company = self.company(&company)?;
        let mut reader = Reader::new();
        let store = reader.text(field, &store);
        let store = reader.finish(store)?;
        self.may_touch(&store)?;
        Ok((company, store))
    }

    /// Reads `companies/{company}/stores/{store}`, where `-` stands for every store that the caller may touch.
    pub(crate) fn store_or_all_of(
        &self,
        field: &str,
        name: &str,
    ) -> Result<(&CompanyId, Option<StoreId>), Status> {
        let [company, store] = ids(field, name, ["companies", "stores"])?;
        if store == ALL_STORES {
            return Ok((self.company(&company)?, self.stores(None)?));
        }
        let (company, store) = self.store_of(field, name)?;
        Ok((company, Some(store)))
    }

    /// Reads `companies/{company}/products/{sku}`. The catalogue belongs to no single store.
    pub(crate) fn product_of(&self, field: &str, name: &str) -> Result<(&CompanyId, Sku), Status> {
        let [company, sku] = ids(field, name, ["companies", "products"])?;
        let company = self.whole_company(&company)?;
        let mut reader = Reader::new();
        let sku = reader.text(field, &sku);
        Ok((company, reader.finish(sku)?))
    }

    /// Reads `companies/{company}/stores/{store}/stockItems/{sku}`.
    pub(crate) fn stock_item_of(
        &self,
        field: &str,
        name: &str,
    ) -> Result<(&CompanyId, StoreId, Sku), Status> {
        let [company, store, sku] = ids(field, name, ["companies", "stores", "stockItems"])?;
        let company = self.company(&company)?;
        let mut reader = Reader::new();
        let (store, sku) = (reader.text(field, &store), reader.text(field, &sku));
        let (store, sku) = reader.finish(store.zip(sku))?;
        self.may_touch(&store)?;
        Ok((company, store, sku))
    }

    /// Reads `companies/{company}/sales/{sale}`. The caller of this asks [`Self::may_touch_sale_of`] once it knows the
    /// sale's store.
    pub(crate) fn sale_of(&self, field: &str, name: &str) -> Result<(&CompanyId, SaleId), Status> {
        let [company, sale] = ids(field, name, ["companies", "sales"])?;
        let company = self.company(&company)?;
        let mut reader = Reader::new();
        let sale = reader.text(field, &sale);
        Ok((company, reader.finish(sale)?))
    }
}

fn ids<const N: usize>(field: &str, name: &str, collections: [&str; N]) -> Result<[String; N], Status> {
    let mut reader = Reader::new();
    let ids = read_name(&mut reader, field, name, collections);
    reader.finish(ids)
}

fn limited_to_store(company: &CompanyId) -> Status {
    let message = format!(
        "this touches company {company} as a whole, and the caller's role holds for some of its stores only; ask \
         somebody whose role holds for the company"
    );
    let metadata = [("company".to_owned(), company.to_string())];
    status::status(Code::PermissionDenied, "ROLE_LIMITED_TO_STORE", message, metadata)
}

fn store_not_chosen<'store>(stores: impl Iterator<Item = &'store str>) -> Status {
    let stores = stores.collect::<Vec<_>>().join(",");
    let message = format!("the caller's role holds for some stores only ({stores}); ask for one of them");
    let metadata = [("stores".to_owned(), stores)];
    status::status(Code::InvalidArgument, "STORE_NOT_CHOSEN", message, metadata)
}

/// A header as text; what is no ASCII is replaced, and then refused as no UUID.
fn text_of(value: &MetadataValue<Ascii>) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// The caller's trace context. One that is not well formed is dropped: it would be stored with the events for ever.
fn traceparent(metadata: &MetadataMap) -> Option<String> {
    let text = metadata.get("traceparent")?.to_str().ok()?;
    let parts: Vec<&str> = text.split('-').collect();
    let well_formed = parts.len() == TRACEPARENT_PARTS.len()
        && parts.iter().zip(TRACEPARENT_PARTS).all(|(part, length)| {
            part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
    well_formed.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_only_well_formed_traces() {
        let trace = |text: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("traceparent", text.parse().unwrap());
            traceparent(&metadata)
        };
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace(good).as_deref(), Some(good));
        for bad in [
            "",
            "00",
            "00-4bf9-00f0-01",
            &good.to_uppercase(),
            &format!("{good}-x"),
        ] {
            assert_eq!(trace(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_call_that_no_layer_has_let_in_is_refused() {
        let refused = Call::of(Request::new(())).err().unwrap();
        assert_eq!(refused.code(), Code::Unauthenticated);
    }
}
