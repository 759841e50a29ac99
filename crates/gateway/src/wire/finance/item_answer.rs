//! What the commands of what is owed answer: the same on both sides.

use posars_domain::open_item::{
    Installment, InstallmentPart, ItemEvent, ItemOrigin, ItemRef, ItemSide, Payable, Receivable, Registered,
    Settled,
};
use posars_domain::{Amount, CompanyId, Currency, OpenItemId};
use posars_event_store::{Position, Version};

use super::{PayableName, ReceivableName, StatementLineName, write_item_kind, write_match_keys};
use crate::proto::finance::v1 as pb;
use crate::wire::names::ResourceName as _;
use crate::wire::value::{write_date, write_money};

/// How the items of a side are named.
pub(crate) trait NamedSide: ItemSide {
    /// The name of an item.
    fn name(company: &CompanyId, item_id: OpenItemId) -> String;
}

impl NamedSide for Receivable {
    fn name(company: &CompanyId, item_id: OpenItemId) -> String {
        ReceivableName { item_id }.of(company)
    }
}

impl NamedSide for Payable {
    fn name(company: &CompanyId, item_id: OpenItemId) -> String {
        PayableName { item_id }.of(company)
    }
}

/// Writes an item that is registered by hand, and of which nothing is paid.
pub(crate) fn write_registered<S: NamedSide>(
    company: &CompanyId,
    registered: &Registered<S>,
    version: Version,
) -> pb::OpenItem {
    let ItemRef {
        item_id, currency, ..
    } = registered.item;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let money = |amount| write_money(amount, currency);
    pb::OpenItem {
        name: S::name(company, item_id),
        item_id: item_id.to_string(),
        kind: write_item_kind(registered.item.kind).into(),
        account_code: registered.item.account.to_string(),
        store_id: shown(registered.item.store_id.as_ref()),
        party_id: shown(registered.item.party.as_ref()),
        party_name: text(&registered.party_name),
        document: text(&registered.document),
        business_date: Some(write_date(registered.business_date)),
        amount: money(registered.amount),
        settled: money(Amount::ZERO),
        credited: money(Amount::ZERO),
        written_off: money(Amount::ZERO),
        cancelled: money(Amount::ZERO),
        open: money(registered.amount),
        installments: write_installments(&registered.installments, currency),
        origin: Some(write_origin(&registered.origin)),
        match_keys: write_match_keys(&registered.keys),
        memo: text(&registered.memo),
        etag: if version == Version::START {
            String::new()
        } else {
            version.get().to_string()
        },
    }
}

/// Writes instalments of which all is open.
pub(crate) fn write_installments(installments: &[Installment], currency: Currency) -> Vec<pb::Installment> {
    let write = |installment: &Installment| pb::Installment {
        number: installment.number.into(),
        due_date: Some(write_date(installment.due_date)),
        amount: write_money(installment.amount, currency),
        expected_fee: write_money(installment.expected_fee, currency),
        open: write_money(installment.amount, currency),
    };
    installments.iter().map(write).collect()
}

/// A command registers by hand only.
fn write_origin(origin: &ItemOrigin) -> pb::ItemOrigin {
    match origin {
        ItemOrigin::Hand { counter, cost_center } => pb::ItemOrigin {
            counter_account_code: counter.to_string(),
            cost_center_id: shown(cost_center.as_ref()),
            ..pb::ItemOrigin::default()
        },
        ItemOrigin::Sale { .. }
        | ItemOrigin::Delivery { .. }
        | ItemOrigin::Refund { .. }
        | ItemOrigin::Payroll { .. } => pb::ItemOrigin::default(),
    }
}

/// Writes what a command made happen to an item, which stands at this position; none of what only sales and deliveries do,
/// and of its registration, which is the item itself.
pub(crate) fn write_move<S: NamedSide>(
    company: &CompanyId,
    event: ItemEvent<'_, S>,
    position: Position,
) -> Option<pb::ItemMove> {
    use pb::ItemMoveKind as Kind;
    let told = match event {
        ItemEvent::Registered(_) | ItemEvent::Increased(_) => return None,
        ItemEvent::Settled(event) => pb::ItemMove {
            bank_reference: event.bank_reference.clone().unwrap_or_default(),
            statement_line: event
                .statement_line
                .map(|line_id| StatementLineName { line_id }.of(company))
                .unwrap_or_default(),
            ..write_payment(Kind::Settled, event)
        },
        ItemEvent::SettlementReversed(event) => pb::ItemMove {
            reason: event.reason.clone(),
            ..write_payment(Kind::SettlementReversed, &event.as_settled())
        },
        ItemEvent::Credited(event) => pb::ItemMove {
            kind: Kind::Credited.into(),
            move_id: event.credit_id.to_string(),
            business_date: Some(write_date(event.business_date)),
            amount: write_money(event.amount, event.item.currency),
            parts: write_parts(&event.parts, event.item.currency),
            reason: event.reason.clone(),
            ..pb::ItemMove::default()
        },
        ItemEvent::Cancelled(event) => pb::ItemMove {
            kind: Kind::Cancelled.into(),
            business_date: Some(write_date(event.business_date)),
            amount: write_money(event.amount, event.item.currency),
            parts: write_parts(&event.parts, event.item.currency),
            reason: event.reason.clone(),
            ..pb::ItemMove::default()
        },
        ItemEvent::WrittenOff(event) => pb::ItemMove {
            kind: Kind::WrittenOff.into(),
            move_id: event.write_off_id.to_string(),
            business_date: Some(write_date(event.business_date)),
            amount: write_money(event.amount, event.item.currency),
            parts: write_parts(&event.parts, event.item.currency),
            reason: event.reason.clone(),
            ..pb::ItemMove::default()
        },
        ItemEvent::Rescheduled(event) => pb::ItemMove {
            kind: Kind::Rescheduled.into(),
            business_date: Some(write_date(event.business_date)),
            amount: write_money(sum(&event.ended), event.item.currency),
            parts: write_parts(&event.ended, event.item.currency),
            reason: event.reason.clone(),
            ..pb::ItemMove::default()
        },
    };
    Some(pb::ItemMove {
        position: position.get(),
        ..told
    })
}

/// Writes a payment, or what undoes it.
fn write_payment<S: ItemSide>(kind: pb::ItemMoveKind, settled: &Settled<S>) -> pb::ItemMove {
    let money = |amount| write_money(amount, settled.item.currency);
    pb::ItemMove {
        kind: kind.into(),
        move_id: settled.settlement_id.to_string(),
        business_date: Some(write_date(settled.business_date)),
        amount: money(settled.amount),
        fee: money(settled.fee),
        discount: money(settled.discount),
        interest: money(settled.interest),
        money: settled.money().and_then(money),
        money_account_code: settled.money_account.to_string(),
        parts: write_parts(
            &[whole(settled.installment, settled.amount)],
            settled.item.currency,
        ),
        ..pb::ItemMove::default()
    }
}

fn write_parts(parts: &[InstallmentPart], currency: Currency) -> Vec<pb::InstallmentPart> {
    let write = |part: &InstallmentPart| pb::InstallmentPart {
        number: part.number.into(),
        amount: write_money(part.amount, currency),
    };
    parts.iter().map(write).collect()
}

const fn whole(number: u16, amount: Amount) -> InstallmentPart {
    InstallmentPart { number, amount }
}

fn sum(parts: &[InstallmentPart]) -> Amount {
    Amount::checked_sum(parts.iter().map(|part| part.amount)).unwrap_or_default()
}

fn shown(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
