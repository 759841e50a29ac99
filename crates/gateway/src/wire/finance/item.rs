//! What is owed, its instalments and what happened to it, to the wire; and the filter of its lists, from it.

use posars_domain::open_item::{ItemKind, ItemOrigin, ItemSide, Payable, Receivable};
use posars_domain::{Amount, CompanyId, Currency, OpenItemId, StoreId};
use posars_projections::{
    AgeingFigures, AgeingRow, InstallmentRow, ItemFilter, ItemMove, ItemMoveKind, OpenItemRow, OwedBy,
};

use super::names::{PayableName, ReceivableName, StatementLineName};
use super::query::{read_days, write_of_books};
use super::value::write_match_keys;
use super::words::{read_item_kind, write_item_kind};
use crate::proto::finance::v1 as pb;
use crate::wire::Reader;
use crate::wire::names::{ResourceName as _, SaleName};
use crate::wire::people::PayrollName;
use crate::wire::reader::FIELD_INVALID;
use crate::wire::stock_names::StockReceiptName;
use crate::wire::value::{given, read_optional_date, write_date, write_money};

/// Writes the name of an item.
fn write_item_name(company: &CompanyId, side: OwedBy, item_id: OpenItemId) -> String {
    match side {
        OwedBy::Others => ReceivableName { item_id }.of(company),
        OwedBy::Company => PayableName { item_id }.of(company),
    }
}

/// Writes an item.
pub(crate) fn write_open_item(company: &CompanyId, item: &OpenItemRow) -> pb::OpenItem {
    let (figures, currency) = (&item.figures, item.currency);
    let installments = item.installments.iter();
    pb::OpenItem {
        name: write_item_name(company, item.side, item.item_id),
        item_id: item.item_id.to_string(),
        kind: write_item_kind(item.kind).into(),
        account_code: item.account.to_string(),
        store_id: item
            .store_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        party_id: item.party.as_ref().map(ToString::to_string).unwrap_or_default(),
        party_name: item.party_name.clone().unwrap_or_default(),
        document: item.document.clone().unwrap_or_default(),
        business_date: Some(write_date(item.business_date)),
        amount: write_money(figures.amount, currency),
        settled: write_money(figures.settled, currency),
        credited: write_money(figures.credited, currency),
        written_off: write_money(figures.written_off, currency),
        cancelled: write_money(figures.cancelled, currency),
        open: write_money(figures.open, currency),
        installments: installments
            .map(|installment| write_installment(installment, currency))
            .collect(),
        origin: Some(write_item_origin(company, &item.origin, item.store_id.as_ref())),
        match_keys: write_match_keys(&item.keys),
        memo: item.memo.clone().unwrap_or_default(),
        etag: item.version.get().to_string(),
    }
}

fn write_installment(installment: &InstallmentRow, currency: Currency) -> pb::Installment {
    pb::Installment {
        number: installment.number.into(),
        due_date: Some(write_date(installment.due_date)),
        amount: write_money(installment.figures.amount, currency),
        expected_fee: write_money(installment.expected_fee, currency),
        open: write_money(installment.figures.open, currency),
    }
}

/// Writes what an item was registered for; `store` is its store.
fn write_item_origin(company: &CompanyId, origin: &ItemOrigin, store: Option<&StoreId>) -> pb::ItemOrigin {
    let sale = |sale_id| SaleName { sale_id }.of(company);
    let empty = pb::ItemOrigin::default();
    match origin {
        ItemOrigin::Hand { counter, cost_center } => pb::ItemOrigin {
            counter_account_code: counter.to_string(),
            cost_center_id: cost_center.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..empty
        },
        ItemOrigin::Sale {
            sale_id, position, ..
        } => pb::ItemOrigin {
            sale: sale(*sale_id),
            position: *position,
            ..empty
        },
        ItemOrigin::Delivery { receipt_id, position } => pb::ItemOrigin {
            stock_receipt: store.map_or_else(String::new, |store_id| {
                let name = StockReceiptName {
                    store_id: store_id.clone(),
                    receipt_id: *receipt_id,
                };
                name.of(company)
            }),
            position: *position,
            ..empty
        },
        ItemOrigin::Refund {
            sale_id,
            return_id,
            position,
        } => pb::ItemOrigin {
            sale: sale(*sale_id),
            return_id: return_id.map(|id| id.to_string()).unwrap_or_default(),
            position: *position,
            ..empty
        },
        ItemOrigin::Payroll { payroll_id, position } => {
            let name = PayrollName {
                payroll_id: *payroll_id,
            };
            pb::ItemOrigin {
                payroll: name.of(company),
                position: *position,
                ..empty
            }
        }
    }
}

/// Writes something that happened to an item.
pub(crate) fn write_item_move(company: &CompanyId, item: &OpenItemRow, told: &ItemMove) -> pb::ItemMove {
    let currency = item.currency;
    let line = |line_id| StatementLineName { line_id }.of(company);
    let parts = told.parts.iter();
    // Nothing is kept where no money moves.
    let of_money = |amount| {
        let money = told.money_account.is_some().then_some(amount)?;
        write_money(money, currency)
    };
    pb::ItemMove {
        kind: write_move_kind(told.kind).into(),
        move_id: told.settlement_id.map(|id| id.to_string()).unwrap_or_default(),
        business_date: Some(write_date(told.business_date)),
        amount: write_money(told.amount, currency),
        fee: of_money(told.fee),
        discount: of_money(told.discount),
        interest: of_money(told.interest),
        money: money_moved(item.side, told).and_then(|money| write_money(money, currency)),
        money_account_code: told
            .money_account
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        bank_reference: told.bank_reference.clone().unwrap_or_default(),
        statement_line: told.statement_line.map(line).unwrap_or_default(),
        parts: parts
            .map(|(number, amount)| pb::InstallmentPart {
                number: (*number).into(),
                amount: write_money(*amount, currency),
            })
            .collect(),
        reason: told.reason.clone().unwrap_or_default(),
        position: told.position.get(),
    }
}

/// The money that a payment moved: what a payer keeps does not come, and what a bank keeps goes on top.
fn money_moved(side: OwedBy, told: &ItemMove) -> Option<Amount> {
    told.money_account.as_ref()?;
    let without_fee = told
        .amount
        .checked_sub(told.discount)?
        .checked_add(told.interest)?;
    match side {
        OwedBy::Others => without_fee.checked_sub(told.fee),
        OwedBy::Company => without_fee.checked_add(told.fee),
    }
}

/// Writes what happened.
const fn write_move_kind(kind: ItemMoveKind) -> pb::ItemMoveKind {
    use pb::ItemMoveKind as Wire;
    match kind {
        ItemMoveKind::Registered => Wire::Registered,
        ItemMoveKind::Increased => Wire::Increased,
        ItemMoveKind::Settled => Wire::Settled,
        ItemMoveKind::SettlementReversed => Wire::SettlementReversed,
        ItemMoveKind::Credited => Wire::Credited,
        ItemMoveKind::Cancelled => Wire::Cancelled,
        ItemMoveKind::WrittenOff => Wire::WrittenOff,
        ItemMoveKind::Rescheduled => Wire::Rescheduled,
    }
}

/// Reads a kind of item of one side; `Some(None)` when none is said. One of the other side would find nothing.
pub(crate) fn read_kind_of(
    reader: &mut Reader,
    side: OwedBy,
    field: &str,
    number: i32,
) -> Option<Option<ItemKind>> {
    let kinds = match side {
        OwedBy::Others => Receivable::KINDS,
        OwedBy::Company => Payable::KINDS,
    };
    let kind = read_item_kind(reader, field, number)?;
    if kind.is_some_and(|kind| !kinds.contains(&kind)) {
        let problem = "a kind of what is owed on the other side; send one of this side, or none";
        reader.refuse(field, FIELD_INVALID, problem);
        return None;
    }
    Some(kind)
}

/// The filters of a list of items, which is the same on both sides.
macro_rules! item_filter {
    ($reader:expr, $side:expr, $request:expr) => {
        $crate::wire::finance::read_item_filter(
            $reader,
            $crate::wire::finance::ItemFilterAsked {
                side: $side,
                open_only: $request.open_only,
                overdue_date: $request.overdue_date,
                due_days: [$request.due_start_date, $request.due_end_date],
                kind: $request.kind,
                party_id: $request.party_id,
                store_id: $request.store_id,
                document: $request.document,
            },
        )
    };
}
pub(crate) use item_filter;

/// The filters of a list of items, as they came.
pub(crate) struct ItemFilterAsked {
    pub(crate) side: OwedBy,
    pub(crate) open_only: bool,
    pub(crate) overdue_date: Option<crate::proto::google::r#type::Date>,
    pub(crate) due_days: [Option<crate::proto::google::r#type::Date>; 2],
    pub(crate) kind: i32,
    pub(crate) party_id: String,
    pub(crate) store_id: String,
    pub(crate) document: String,
}

/// Reads the filters of a list of items.
pub(crate) fn read_item_filter(reader: &mut Reader, asked: ItemFilterAsked) -> Option<ItemFilter> {
    let overdue_on = read_optional_date(reader, "overdue_date", asked.overdue_date);
    let due = read_days(reader, ["due_start_date", "due_end_date"], asked.due_days);
    let kind = read_kind_of(reader, asked.side, "kind", asked.kind);
    let party = reader.optional("party_id", &asked.party_id);
    let store_id = reader.optional("store_id", &asked.store_id);
    let [due_from, due_to] = due?;
    Some(ItemFilter {
        side: asked.side,
        open_only: asked.open_only,
        overdue_on: overdue_on?,
        due_from,
        due_to,
        kind: kind?,
        party: party?,
        store_id: store_id?,
        document: given(asked.document),
    })
}

/// Writes what one party owes, or is owed.
pub(crate) fn write_ageing_row(row: &AgeingRow, currency: Option<Currency>) -> pb::AgeingRow {
    pb::AgeingRow {
        party_id: row.party.as_ref().map(ToString::to_string).unwrap_or_default(),
        party_name: row.party_name.clone().unwrap_or_default(),
        kind: write_item_kind(row.kind).into(),
        figures: Some(write_ageing_figures(&row.figures, currency)),
    }
}

/// Writes the figures of an ageing.
pub(crate) fn write_ageing_figures(figures: &AgeingFigures, currency: Option<Currency>) -> pb::AgeingFigures {
    let money = |amount| write_of_books(amount, currency);
    pb::AgeingFigures {
        amount: money(figures.amount),
        settled: money(figures.settled),
        credited: money(figures.credited),
        written_off: money(figures.written_off),
        open: money(figures.open),
        not_due: money(figures.not_due),
        days_1_to_30: money(figures.days_1_to_30),
        days_31_to_60: money(figures.days_31_to_60),
        days_61_to_90: money(figures.days_61_to_90),
        days_over_90: money(figures.days_over_90),
    }
}
