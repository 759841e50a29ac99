//! The commands of what is owed, from the wire: the same on both sides.

use std::marker::PhantomData;

use posars_domain::open_item::{
    CancelItem, CreditItem, DuePart, InstallmentPart, ItemSide, MatchKeys, RegisterItem, RescheduleItem,
    ReverseSettlement, SettleItem, WriteOffItem,
};
use posars_domain::{Currency, OpenItemId, reasons};
use tonic::Status;

use super::{read_item_kind, read_match_keys, said};
use crate::proto::finance::v1 as pb;
use crate::proto::google::r#type as google;
use crate::proto::money::v1::Money;
use crate::status::FieldNames;
use crate::wire::value::{given, read_amount, read_date, read_optional_amount};
use crate::wire::{FromRequest, Reader};

impl<S: ItemSide> FromRequest for RegisterItem<S> {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("kind", "item.kind"),
        ("business_date", "item.business_date"),
        ("amount", "item.amount"),
        ("currency", "item.amount.currency_code"),
        ("installments", "item.installments"),
        ("counter_account", "item.counter_account_code"),
        ("cost_center", "item.cost_center_id"),
        ("store_id", "item.store_id"),
        ("party", "item.party_id"),
        ("party_name", "item.party_name"),
        ("document", "item.document"),
        ("keys", "item.match_keys"),
        ("memo", "item.memo"),
    ]);
}

impl<S: ItemSide> FromRequest for SettleItem<S> {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("item_id", "name"),
        ("installment", "settlement.installment"),
        ("business_date", "settlement.business_date"),
        ("amount", "settlement.amount"),
        ("currency", "settlement.amount.currency_code"),
        ("fee", "settlement.fee"),
        ("discount", "settlement.discount"),
        ("interest", "settlement.interest"),
        ("money_account", "settlement.money_account_code"),
        ("bank_reference", "settlement.bank_reference"),
    ]);
}

impl<S: ItemSide> FromRequest for ReverseSettlement<S> {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[("item_id", "name")]);
}

impl<S: ItemSide> FromRequest for CreditItem<S> {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("item_id", "name"),
        ("business_date", "credit.business_date"),
        ("amount", "credit.amount"),
        ("currency", "credit.amount.currency_code"),
        ("parts", "credit.parts"),
        ("installment", "credit.parts"),
        ("reason", "credit.reason"),
    ]);
}

impl<S: ItemSide> FromRequest for CancelItem<S> {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[("item_id", "name")]);
}

impl<S: ItemSide> FromRequest for WriteOffItem<S> {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("item_id", "name"),
        ("business_date", "write_off.business_date"),
        ("amount", "write_off.amount"),
        ("currency", "write_off.amount.currency_code"),
        ("parts", "write_off.parts"),
        ("installment", "write_off.parts"),
        ("reason", "write_off.reason"),
    ]);
}

impl<S: ItemSide> FromRequest for RescheduleItem<S> {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("item_id", "name"),
        ("business_date", "schedule.business_date"),
        ("amount", "schedule.installments"),
        ("currency", "schedule.installments[0].amount.currency_code"),
        ("installments", "schedule.installments"),
        ("reason", "schedule.reason"),
    ]);
}

/// Reads an item to register; `id_field` is how the request calls its id.
pub(crate) fn read_register<S: ItemSide>(
    id_field: &str,
    item_id: &str,
    item: Option<pb::NewItem>,
) -> Result<RegisterItem<S>, Status> {
    let mut reader = Reader::new();
    let item_id = reader.text(id_field, item_id);
    let item = reader.required("item", item);
    let command = item.and_then(|item| reader.inside("item", |reader| read_new_item(reader, item_id, item)));
    reader.finish(command)
}

fn read_new_item<S: ItemSide>(
    reader: &mut Reader,
    item_id: Option<OpenItemId>,
    item: pb::NewItem,
) -> Option<RegisterItem<S>> {
    let kind = read_item_kind(reader, "kind", item.kind);
    let kind = said(reader, "kind", kind);
    let business_date = read_date(reader, "business_date", item.business_date);
    let currency = read_currency(reader, "amount", item.amount.as_ref());
    let amount = currency.and_then(|currency| read_amount(reader, "amount", item.amount, currency));
    let installments = currency.and_then(|currency| read_installments(reader, item.installments, currency));
    let counter = reader.text("counter_account_code", &item.counter_account_code);
    let cost_center = reader.optional("cost_center_id", &item.cost_center_id);
    let store_id = reader.optional("store_id", &item.store_id);
    let party = reader.optional("party_id", &item.party_id);
    let keys: Option<MatchKeys> = read_match_keys(reader, "match_keys", item.match_keys);
    Some(RegisterItem {
        item_id: item_id?,
        kind: kind?,
        store_id: store_id?,
        party: party?,
        party_name: given(item.party_name),
        document: given(item.document),
        business_date: business_date?,
        currency: currency?,
        amount: amount?,
        installments: installments?,
        counter: counter?,
        cost_center: cost_center?,
        keys: keys?,
        memo: given(item.memo),
        side: PhantomData,
    })
}

/// Reads a payment of an item.
pub(crate) fn read_settle<S: ItemSide>(
    item_id: OpenItemId,
    settlement: Option<pb::NewSettlement>,
) -> Result<SettleItem<S>, Status> {
    let mut reader = Reader::new();
    let settlement = reader.required("settlement", settlement);
    let command = settlement.and_then(|settlement| {
        reader.inside("settlement", |reader| {
            let settlement_id = reader.text("settlement_id", &settlement.settlement_id);
            let installment = read_number(reader, "installment", settlement.installment);
            let business_date = read_date(reader, "business_date", settlement.business_date);
            let currency = read_currency(reader, "amount", settlement.amount.as_ref())?;
            let amount = read_amount(reader, "amount", settlement.amount, currency);
            let fee = read_optional_amount(reader, "fee", settlement.fee, currency);
            let discount = read_optional_amount(reader, "discount", settlement.discount, currency);
            let interest = read_optional_amount(reader, "interest", settlement.interest, currency);
            let money_account = reader.text("money_account_code", &settlement.money_account_code);
            Some(SettleItem {
                item_id,
                settlement_id: settlement_id?,
                installment: installment?,
                business_date: business_date?,
                currency,
                amount: amount?,
                fee: fee?.unwrap_or_default(),
                discount: discount?.unwrap_or_default(),
                interest: interest?.unwrap_or_default(),
                money_account: money_account?,
                bank_reference: given(settlement.bank_reference),
                statement_line: None,
                side: PhantomData,
            })
        })
    });
    reader.finish(command)
}

/// Reads what undoes a payment.
pub(crate) fn read_reverse<S: ItemSide>(
    item_id: OpenItemId,
    settlement_id: &str,
    business_date: Option<google::Date>,
    reason: String,
) -> Result<ReverseSettlement<S>, Status> {
    let mut reader = Reader::new();
    let settlement_id = reader.text("settlement_id", settlement_id);
    let business_date = read_date(&mut reader, "business_date", business_date);
    let command = (|| {
        Some(ReverseSettlement {
            item_id,
            settlement_id: settlement_id?,
            business_date: business_date?,
            reason,
            side: PhantomData,
        })
    })();
    reader.finish(command)
}

/// Reads a credit note.
pub(crate) fn read_credit<S: ItemSide>(
    item_id: OpenItemId,
    credit: Option<pb::NewCredit>,
) -> Result<CreditItem<S>, Status> {
    let mut reader = Reader::new();
    let credit = reader.required("credit", credit);
    let command = credit.and_then(|credit| {
        reader.inside("credit", |reader| {
            let credit_id = reader.text("credit_id", &credit.credit_id);
            let business_date = read_date(reader, "business_date", credit.business_date);
            let currency = read_currency(reader, "amount", credit.amount.as_ref())?;
            let amount = read_amount(reader, "amount", credit.amount, currency);
            let parts = read_parts(reader, credit.parts, currency);
            Some(CreditItem {
                item_id,
                credit_id: credit_id?,
                business_date: business_date?,
                currency,
                amount: amount?,
                parts: parts?,
                reason: credit.reason,
                side: PhantomData,
            })
        })
    });
    reader.finish(command)
}

/// Reads what takes an item back.
pub(crate) fn read_cancel<S: ItemSide>(
    item_id: OpenItemId,
    business_date: Option<google::Date>,
    reason: String,
) -> Result<CancelItem<S>, Status> {
    let mut reader = Reader::new();
    let business_date = read_date(&mut reader, "business_date", business_date);
    let command = business_date.map(|business_date| CancelItem {
        item_id,
        business_date,
        reason,
        side: PhantomData,
    });
    reader.finish(command)
}

/// Reads a write-off; it may say no amount, and then has no currency.
pub(crate) fn read_write_off<S: ItemSide>(
    item_id: OpenItemId,
    write_off: Option<pb::NewWriteOff>,
) -> Result<WriteOffItem<S>, Status> {
    let mut reader = Reader::new();
    let write_off = reader.required("write_off", write_off);
    let command = write_off.and_then(|write_off| {
        reader.inside("write_off", |reader| {
            let write_off_id = reader.text("write_off_id", &write_off.write_off_id);
            let business_date = read_date(reader, "business_date", write_off.business_date);
            let of_part = write_off.parts.first().and_then(|part| part.amount.as_ref());
            let (field, money) = match (&write_off.amount, of_part) {
                (Some(money), _) => ("amount", Some(money)),
                (None, money) => ("parts[0].amount", money),
            };
            let currency = match money {
                Some(money) => Some(read_currency(reader, field, Some(money))?),
                None => None,
            };
            let (amount, parts) = match currency {
                Some(currency) => (
                    read_optional_amount(reader, "amount", write_off.amount, currency),
                    read_parts(reader, write_off.parts, currency),
                ),
                // Without an amount a part cannot be read; without parts there is nothing to read.
                None => (Some(None), read_parts(reader, write_off.parts, Currency::BRL)),
            };
            Some(WriteOffItem {
                item_id,
                write_off_id: write_off_id?,
                business_date: business_date?,
                currency,
                amount: amount?,
                parts: parts?,
                reason: write_off.reason,
                side: PhantomData,
            })
        })
    });
    reader.finish(command)
}

/// Reads other days for what is open.
pub(crate) fn read_reschedule<S: ItemSide>(
    item_id: OpenItemId,
    schedule: Option<pb::NewSchedule>,
) -> Result<RescheduleItem<S>, Status> {
    let mut reader = Reader::new();
    let schedule = reader.required("schedule", schedule);
    let command = schedule.and_then(|schedule| {
        reader.inside("schedule", |reader| {
            let business_date = read_date(reader, "business_date", schedule.business_date);
            let first = schedule.installments.first().and_then(|one| one.amount.as_ref());
            let currency = match first {
                None if schedule.installments.is_empty() => {
                    let problem = "required, but empty; say when what is open falls due";
                    reader.refuse("installments", reasons::FIELD_REQUIRED, problem);
                    None
                }
                money => read_currency(reader, "installments[0].amount", money),
            }?;
            let installments = read_installments(reader, schedule.installments, currency);
            Some(RescheduleItem {
                item_id,
                business_date: business_date?,
                currency,
                installments: installments?,
                reason: schedule.reason,
                side: PhantomData,
            })
        })
    });
    reader.finish(command)
}

/// The currency of a request is that of its first amount.
fn read_currency(reader: &mut Reader, field: &str, money: Option<&Money>) -> Option<Currency> {
    let money = reader.required(field, money)?;
    reader.text(&format!("{field}.currency_code"), &money.currency_code)
}

fn read_number(reader: &mut Reader, field: &str, number: u32) -> Option<u16> {
    if number == 0 {
        reader.refuse(
            field,
            reasons::FIELD_REQUIRED,
            "required, but not given; instalments count from 1",
        );
        return None;
    }
    // One that is beyond the range is beyond all that an item can have.
    Some(u16::try_from(number).unwrap_or(u16::MAX))
}

fn read_installments(
    reader: &mut Reader,
    installments: Vec<pb::InstallmentInput>,
    currency: Currency,
) -> Option<Vec<DuePart>> {
    reader.each("installments", installments, |reader, one| {
        let due_date = read_date(reader, "due_date", one.due_date);
        let amount = read_amount(reader, "amount", one.amount, currency);
        let expected_fee = read_optional_amount(reader, "expected_fee", one.expected_fee, currency);
        Some(DuePart {
            due_date: due_date?,
            amount: amount?,
            expected_fee: expected_fee?.unwrap_or_default(),
        })
    })
}

fn read_parts(
    reader: &mut Reader,
    parts: Vec<pb::InstallmentPart>,
    currency: Currency,
) -> Option<Vec<InstallmentPart>> {
    reader.each("parts", parts, |reader, part| {
        let number = read_number(reader, "number", part.number);
        let amount = read_amount(reader, "amount", part.amount, currency);
        Some(InstallmentPart {
            number: number?,
            amount: amount?,
        })
    })
}
