//! The commands of a sale.

use posars_domain::product::ProductRejection;
use posars_domain::sale::{
    RecordReturn, RecordSale, Sale, SaleCommand, SaleContext, SaleEvent, SaleState, VoidSale,
};
use posars_domain::store::StoreSettings;
use posars_domain::{SaleId, Sku, StoreId};
use uuid::Uuid;

use crate::handle::{Job, Opening};
use crate::keys::{derived, stream_of};
use crate::{CommandError, Commands, Envelope, Receipt};

impl Commands {
    /// Records a sale that took place: one round trip when it is new.
    ///
    /// The sale's id is its idempotency key for ever: the same sale again gives the first answer, other content under
    /// the same id is refused.
    ///
    /// # Errors
    /// [`CommandError`]; see `SaleRejection` for the rules.
    pub async fn record_sale(
        &self,
        command: RecordSale,
        envelope: &Envelope,
    ) -> Result<Receipt<SaleEvent>, CommandError> {
        if self.shared.policy.strict_catalog {
            let skus: Vec<Sku> = command.lines.iter().map(|line| line.sku.clone()).collect();
            self.require_products(&skus).await?;
        }
        let sale_id = command.sale_id;
        let kind = Kind {
            name: "RecordSale",
            opening: Opening::New,
            own_key: sale_id.uuid(),
        };
        self.sale(kind, sale_id, command.into(), envelope).await
    }

    /// Undoes the whole of a sale.
    ///
    /// # Errors
    /// [`CommandError`]; see `SaleRejection` for the rules.
    pub async fn void_sale(
        &self,
        command: VoidSale,
        envelope: &Envelope,
    ) -> Result<Receipt<SaleEvent>, CommandError> {
        let sale_id = command.sale_id;
        let own_key = derived(&format_args!("VoidSale/{sale_id}"));
        let kind = Kind {
            name: "VoidSale",
            opening: Opening::Fold,
            own_key,
        };
        self.sale(kind, sale_id, command.into(), envelope).await
    }

    /// Records that goods of a sale came back. The return's id is its idempotency key for ever.
    ///
    /// # Errors
    /// [`CommandError`]; see `SaleRejection` for the rules.
    pub async fn record_return(
        &self,
        command: RecordReturn,
        envelope: &Envelope,
    ) -> Result<Receipt<SaleEvent>, CommandError> {
        let sale_id = command.sale_id;
        let own_key = derived(&format_args!("RecordReturn/{}", command.return_id));
        let kind = Kind {
            name: "RecordReturn",
            opening: Opening::Fold,
            own_key,
        };
        self.sale(kind, sale_id, command.into(), envelope).await
    }

    async fn sale(
        &self,
        kind: Kind,
        sale_id: SaleId,
        command: SaleCommand,
        envelope: &Envelope,
    ) -> Result<Receipt<SaleEvent>, CommandError> {
        let context = |store: Option<StoreSettings>| self.sale_context(store, envelope);
        let job = Job::<Sale> {
            name: kind.name,
            stream: stream_of::<Sale>(Sale::stream_id(&sale_id))?,
            command: &command,
            opening: kind.opening,
            own_key: Some(kind.own_key),
            store_id: store_of,
            context: &context,
            is_answer,
        };
        self.handle(&job, envelope).await
    }

    pub(crate) fn sale_context(&self, store: Option<StoreSettings>, envelope: &Envelope) -> SaleContext {
        SaleContext {
            store,
            recorded_at: envelope.received_at,
            void_window_hours: self.shared.policy.void_window_hours,
        }
    }

    /// Refuses what is not in the catalogue.
    pub(crate) async fn require_products(&self, skus: &[Sku]) -> Result<(), CommandError> {
        let products = self.products(skus).await?;
        match skus.iter().zip(&products).find(|(_, product)| product.is_none()) {
            Some((sku, _)) => Err(CommandError::rejected(ProductRejection::ProductUnknown {
                sku: sku.clone(),
            })),
            None => Ok(()),
        }
    }
}

struct Kind {
    name: &'static str,
    opening: Opening,
    own_key: Uuid,
}

/// The store that the sale names; a void or return counts in the store where the sale took place.
fn store_of(state: &SaleState, command: &SaleCommand) -> Option<StoreId> {
    match command {
        SaleCommand::RecordSale(command) => Some(command.store_id.clone()),
        SaleCommand::VoidSale(_) | SaleCommand::RecordReturn(_) => {
            state.recorded.as_ref().map(|recorded| recorded.store_id.clone())
        }
    }
}

fn is_answer(command: &SaleCommand, event: &SaleEvent) -> bool {
    match (command, event) {
        (SaleCommand::RecordSale(_), SaleEvent::SaleRecorded(_))
        | (SaleCommand::VoidSale(_), SaleEvent::SaleVoided(_)) => true,
        (SaleCommand::RecordReturn(command), SaleEvent::SaleReturned(event)) => {
            command.return_id == event.return_id
        }
        (SaleCommand::RecordSale(_) | SaleCommand::VoidSale(_) | SaleCommand::RecordReturn(_), _) => false,
    }
}
