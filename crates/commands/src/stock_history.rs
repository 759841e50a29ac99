//! What has happened to stocks, for those who must know before they ask for more.

use std::collections::HashSet;

use posars_domain::stock::{Stock, StockEvent};
use posars_domain::{ReceiptId, Sku, StoreId};
use posars_event_store::StreamName;

use crate::keys::stream_of;
use crate::load::decode;
use crate::{CommandError, Commands};

impl Commands {
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
}
