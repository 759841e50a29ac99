//! What every service needs to know of a call besides its message.

use std::time::Duration;

use jiff::Timestamp;
use posars_commands::{Actor, Envelope, Source};
use posars_domain::{CompanyId, SaleId, Sku, StoreId};
use posars_event_store::Position;
use posars_projections::Freshness;
use tokio::time::Instant;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

use crate::Principal;
use crate::deadline::Deadline;
use crate::status;
use crate::wire::{Reader, read_name, read_optional_uuid};

/// Wait for a read model in a call without a deadline.
const WAIT_DEFAULT: Duration = Duration::from_secs(5);
/// Kept back from a call's time, so that "the read model is behind" is said before "too late".
const ANSWER_TIME: Duration = Duration::from_millis(50);
/// Stands for every store in the parent of a list. No store id can be it.
const ALL_STORES: &str = "-";
/// W3C trace context: two hex digits, 32, 16 and 2, with hyphens between.
const TRACEPARENT_PARTS: [usize; 4] = [2, 32, 16, 2];

/// Who calls, until when, and as part of which trace.
pub(crate) struct Call {
    principal: Principal,
    deadline: Option<Instant>,
    traceparent: Option<String>,
    received_at: Timestamp,
}

impl Call {
    /// Splits a request into the call and its message.
    ///
    /// # Errors
    /// When no layer has said who calls. That is a mistake of the server, and nobody gets in by it.
    pub(crate) fn of<T>(request: Request<T>) -> Result<(Self, T), Status> {
        let (metadata, mut extensions, message) = request.into_parts();
        let principal = extensions
            .remove::<Principal>()
            .ok_or_else(status::unauthenticated)?;
        let deadline = extensions.remove::<Deadline>().map(|deadline| deadline.0);
        let traceparent = traceparent(&metadata);
        Ok((
            Self {
                principal,
                deadline,
                traceparent,
                received_at: Timestamp::now(),
            },
            message,
        ))
    }

    /// What surrounds the command of this call.
    ///
    /// # Errors
    /// When `request_id` is no UUID.
    pub(crate) fn envelope(&self, request_id: &str) -> Result<Envelope, Status> {
        let mut reader = Reader::new();
        let request_id = read_optional_uuid(&mut reader, "request_id", request_id);
        let request_id = reader.finish(request_id)?;
        let actor = Actor {
            subject: self.principal.subject.clone(),
            client: Some(self.principal.client.clone()),
        };
        let mut envelope = Envelope::new(actor, Source::Api, self.received_at);
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

    /// The company of the call, if its path names the one that the caller may use.
    ///
    /// # Errors
    /// `UNKNOWN_COMPANY` for any other, whether it exists or not.
    pub(crate) fn company(&self, company: &str) -> Result<&CompanyId, Status> {
        let own = &self.principal.company;
        if own.as_str() == company {
            Ok(own)
        } else {
            Err(status::unknown_company(company))
        }
    }

    /// Reads `companies/{company}`.
    pub(crate) fn company_of(&self, field: &str, name: &str) -> Result<&CompanyId, Status> {
        let [company] = ids(field, name, ["companies"])?;
        self.company(&company)
    }

    /// Reads `companies/{company}/stores/{store}`.
    pub(crate) fn store_of(&self, field: &str, name: &str) -> Result<(&CompanyId, StoreId), Status> {
        let [company, store] = ids(field, name, ["companies", "stores"])?;
        let company = self.company(&company)?;
        let mut reader = Reader::new();
        let store = reader.text(field, &store);
        Ok((company, reader.finish(store)?))
    }

    /// Reads `companies/{company}/stores/{store}`, where `-` stands for every store.
    pub(crate) fn store_or_all_of(
        &self,
        field: &str,
        name: &str,
    ) -> Result<(&CompanyId, Option<StoreId>), Status> {
        let [company, store] = ids(field, name, ["companies", "stores"])?;
        if store == ALL_STORES {
            return Ok((self.company(&company)?, None));
        }
        let (company, store) = self.store_of(field, name)?;
        Ok((company, Some(store)))
    }

    /// Reads `companies/{company}/products/{sku}`.
    pub(crate) fn product_of(&self, field: &str, name: &str) -> Result<(&CompanyId, Sku), Status> {
        let [company, sku] = ids(field, name, ["companies", "products"])?;
        let company = self.company(&company)?;
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
        Ok((company, store, sku))
    }

    /// Reads `companies/{company}/sales/{sale}`.
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
    fn a_call_without_a_principal_is_refused() {
        let refused = Call::of(Request::new(())).err().unwrap();
        assert_eq!(refused.code(), tonic::Code::Unauthenticated);
    }
}
