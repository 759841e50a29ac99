//! What the commands of what is owed do on both sides.

use posars_domain::Command;
use posars_domain::open_item::{
    ItemEvent, ItemSide, OpenItem, Receivable, RegisterItem, RescheduleItem, ReverseSettlement,
};
use tonic::Status;

use crate::call::{Call, Done};
use crate::proto::finance::v1 as pb;
use crate::proto::log::v1::Recorded;
use crate::wire::FromRequest;
use crate::wire::finance::item_answer::{NamedSide, write_installments, write_move, write_registered};

/// How a command is asked for, beside what it says.
pub(super) struct Asked {
    request_id: String,
    validate_only: bool,
}

impl Asked {
    /// Under this key, and whether it is only tried.
    pub(super) const fn new(request_id: String, validate_only: bool) -> Self {
        Self {
            request_id,
            validate_only,
        }
    }
}

/// Registers an item.
pub(super) async fn register<S: NamedSide>(
    call: &Call,
    asked: &Asked,
    command: impl FnOnce() -> Result<RegisterItem<S>, Status>,
) -> Result<(Option<pb::OpenItem>, Option<Recorded>), Status> {
    let done = carry_out(call, asked, command).await?;
    let version = done.completed.version();
    let registered = last::<S>(&done).and_then(|event| match event {
        ItemEvent::Registered(registered) => Some(write_registered(call.company(), registered, version)),
        ItemEvent::Increased(_)
        | ItemEvent::Settled(_)
        | ItemEvent::SettlementReversed(_)
        | ItemEvent::Credited(_)
        | ItemEvent::Cancelled(_)
        | ItemEvent::WrittenOff(_)
        | ItemEvent::Rescheduled(_) => None,
    });
    Ok((registered, done.recorded()))
}

/// Carries out what happens to an item that is registered.
pub(super) async fn change<S: NamedSide, C: Command<Of = OpenItem<S>> + FromRequest>(
    call: &Call,
    asked: &Asked,
    command: impl FnOnce() -> Result<C, Status>,
) -> Result<(Option<pb::ItemMove>, Option<Recorded>), Status> {
    let done = carry_out(call, asked, command).await?;
    Ok((moved::<S>(call, &done), done.recorded()))
}

/// Undoes a payment of a receivable.
pub(super) async fn reverse(
    call: &Call,
    asked: &Asked,
    command: impl FnOnce() -> Result<ReverseSettlement<Receivable>, Status>,
) -> Result<(Option<pb::ItemMove>, Option<Recorded>), Status> {
    call.whole_company()?;
    let ask = call.ask(&asked.request_id, asked.validate_only)?;
    let done = ask.reverse(&command()?).await?;
    Ok((moved::<Receivable>(call, &done), done.recorded()))
}

/// Lets what is open of an item fall due on other days; answers the instalments from now on too.
pub(super) async fn reschedule<S: NamedSide>(
    call: &Call,
    asked: &Asked,
    command: impl FnOnce() -> Result<RescheduleItem<S>, Status>,
) -> Result<(Option<pb::ItemMove>, Vec<pb::Installment>, Option<Recorded>), Status> {
    let done = carry_out(call, asked, command).await?;
    let installments = match last::<S>(&done) {
        Some(ItemEvent::Rescheduled(event)) => write_installments(&event.installments, event.item.currency),
        Some(_) | None => Vec::new(),
    };
    Ok((moved::<S>(call, &done), installments, done.recorded()))
}

async fn carry_out<S: ItemSide, C: Command<Of = OpenItem<S>> + FromRequest>(
    call: &Call,
    asked: &Asked,
    command: impl FnOnce() -> Result<C, Status>,
) -> Result<Done<S::Event>, Status> {
    call.whole_company()?;
    let ask = call.ask(&asked.request_id, asked.validate_only)?;
    ask.carry_out(&command()?).await
}

fn last<S: ItemSide>(done: &Done<S::Event>) -> Option<ItemEvent<'_, S>> {
    done.completed.events.last().map(S::of)
}

fn moved<S: NamedSide>(call: &Call, done: &Done<S::Event>) -> Option<pb::ItemMove> {
    write_move(call.company(), last::<S>(done)?, done.completed.position)
}
