//! Many deliveries at once, as a spreadsheet brings them.

use posars_domain::stock::{ReceiveGoods, Stock};

use crate::Commands;
use crate::batch::Offered;
use crate::batch_answers::{BatchAnswer, BatchAnswers};
use crate::keys::stream_of;
use crate::names::Name;
use crate::turns::Turns;

impl Commands {
    /// Takes in deliveries, each as [`Commands::carry_out_compound`] would, and answers for each, in their order.
    ///
    /// They go at once, but those to the same stock in their order: which of two deliveries fills up a stock below zero,
    /// and so what is left is worth, must not depend on which was faster.
    ///
    /// # Errors
    /// Each has its own [`CommandError`](crate::CommandError); one that is refused does not stand in the way of the
    /// others.
    pub async fn receive_deliveries(&self, deliveries: &[&Offered<ReceiveGoods>]) -> Vec<BatchAnswer> {
        let (mut answers, mut turns) = (BatchAnswers::none_of(deliveries.len()), Turns::default());
        for (index, delivery) in deliveries.iter().enumerate() {
            turns.name(index, names(delivery));
        }
        turns
            .take(deliveries, &mut answers, |delivery| self.receive_alone(delivery))
            .await;
        answers.completed()
    }

    async fn receive_alone(&self, delivery: &Offered<ReceiveGoods>) -> BatchAnswer {
        let done = self
            .carry_out_compound(&delivery.command, &delivery.envelope)
            .await?;
        Ok(done.written())
    }
}

/// What only one delivery at a time can have: its id, its document, the caller's own key and every stock it moves.
fn names(delivery: &Offered<ReceiveGoods>) -> impl Iterator<Item = Name> {
    let command = &delivery.command;
    let stock = |sku| stream_of::<Stock>(Stock::stream_id(&command.store_id, sku)).ok();
    let stocks = command.lines.iter().filter_map(move |line| stock(&line.sku));
    let document = command.access_key.as_ref();
    [Name::document(&command.receipt_id)]
        .into_iter()
        .chain(document.map(|key| Name::document(key)))
        .chain(delivery.envelope.request_id.map(Name::request))
        .chain(stocks.map(|stream| Name::stream(&stream)))
}
