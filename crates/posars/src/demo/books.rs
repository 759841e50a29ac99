//! The books of the demo shop: what its owners paid in, its rent and energy, what cards cost, and a closed month.
//!
//! Deliveries and sales are in the books by themselves; this is what only people know.

use std::marker::PhantomData;
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::Date;
use posars_bookkeeping::Bookkeeping;
use posars_domain::books::{Books, BooksKind};
use posars_domain::journal::{PostJournalEntry, PostLine};
use posars_domain::open_item::{DuePart, ItemKind, MatchKeys, Payable, RegisterItem, SettleItem};
use posars_domain::terms::{DefineReceiptTerms, ReceiptTerms};
use posars_domain::{
    Aggregate as _, Amount, Currency, EntryId, Kind as _, Month, OpenItemId, PaymentMethod, SettlementId,
};
use posars_event_store::StreamName;

use super::{broken, envelope, id, parsed, people};
use crate::failure::Failure;
use crate::house::House;

/// The bank account of the usual chart.
const BANK: &str = "1.1.01.002";
/// What the owners paid in, in centavos.
const CAPITAL: i64 = 5_000_000;
/// What an acquirer keeps of a credit card, in millionths.
const CARD_FEE_PPM: u32 = 29_900;
/// How long the close of the month waits for what follows from the sales.
const CLOSE_WAIT: Duration = Duration::from_secs(120);

/// A bill of the closed month.
struct Bill {
    name: &'static str,
    party: &'static str,
    /// The account of the expense, of the usual chart.
    account: &'static str,
    centavos: i64,
    is_paid: bool,
}

/// The rent is paid, the energy is still open.
const BILLS: [Bill; 2] = [
    Bill {
        name: "Aluguel",
        party: "Imobiliária Central",
        account: "7.2.01",
        centavos: 320_000,
        is_paid: true,
    },
    Bill {
        name: "Energia elétrica",
        party: "Companhia de Energia",
        account: "7.2.02",
        centavos: 84_350,
        is_paid: false,
    },
];

/// Before the first sale: the terms that what is registered for it goes by, and the owners' money.
///
/// # Errors
/// Those of the commands.
pub(super) async fn open(house: &House, first: Date) -> Result<(), Failure> {
    let terms = DefineReceiptTerms {
        terms: ReceiptTerms {
            method: PaymentMethod::CREDIT_CARD,
            acquirer_cnpj: None,
            brand: None,
            installments_from: 1,
            installments_to: 12,
            fee_ppm: CARD_FEE_PPM,
            first_days: 30,
            every_days: 30,
            valid_from: first,
        },
    };
    house.commands.carry_out(&terms, &envelope()).await?;
    let line = |account: &str, debit, credit| {
        Ok::<_, Failure>(PostLine {
            account_code: parsed(account)?,
            debit: Amount::from_minor(debit),
            credit: Amount::from_minor(credit),
            store_id: None,
            cost_center_id: None,
            party_id: None,
            document: None,
            due_date: None,
        })
    };
    let paid_in = PostJournalEntry {
        entry_id: EntryId::new(id("entry/capital")),
        accounting_date: first,
        business_date: None,
        currency: Currency::BRL,
        memo: "Integralização de capital".to_owned(),
        lines: vec![line(BANK, CAPITAL, 0)?, line("3.01", 0, CAPITAL)?],
        late_allowed: false,
    };
    house.commands.carry_out(&paid_in, &envelope()).await?;
    Ok(())
}

/// After the last sale: the bills and the wages of the month before the last day of trade, and its close.
///
/// # Errors
/// Those of the commands and of the close.
pub(super) async fn close(house: &House, last: Date) -> Result<(), Failure> {
    let month = month_to_close(last)?;
    for bill in &BILLS {
        receive(house, bill, month).await?;
    }
    people::pay(house, month).await?;
    let books = Bookkeeping::new(house.commands.clone(), house.projections.clone());
    books.close_period(month, &envelope(), CLOSE_WAIT).await?;
    Ok(())
}

/// Whether the books were kept to the end: the close is the last thing that is done. A month that somebody opened again
/// stays open.
///
/// # Errors
/// The codes of the database.
pub(super) async fn are_kept(house: &House) -> Result<bool, Failure> {
    let stream = StreamName::new(Books::CATEGORY, Books::stream_id());
    let stream = stream.map_err(|error| broken(&error.to_string()))?;
    let last = house.log.last_events(&[stream]).await?;
    let last = last.iter().flatten().next();
    Ok(last.is_some_and(|last| {
        let kind = BooksKind::parse(last.event_type.as_str());
        !matches!(kind, Some(BooksKind::BooksBegun | BooksKind::PeriodCloseBegun))
    }))
}

fn month_to_close(last: Date) -> Result<Month, Failure> {
    let month = Month::of(last).and_then(Month::previous);
    month.ok_or_else(|| broken("no month before"))
}

fn bill_id(bill: &Bill) -> OpenItemId {
    OpenItemId::new(id(&format!("bill/{}", bill.name)))
}

async fn receive(house: &House, bill: &Bill, month: Month) -> Result<(), Failure> {
    let amount = Amount::from_minor(bill.centavos);
    let item_id = bill_id(bill);
    // Those who send it want their money on the tenth of the next month, or had it on the last day.
    let due_date = if bill.is_paid {
        month.last_day()
    } else {
        month.last_day() + 10.days()
    };
    let received = RegisterItem::<Payable> {
        item_id,
        kind: ItemKind::OtherPayable,
        store_id: None,
        party: None,
        party_name: Some(bill.party.to_owned()),
        document: None,
        business_date: month.last_day(),
        currency: Currency::BRL,
        amount,
        installments: vec![DuePart {
            due_date,
            amount,
            expected_fee: Amount::ZERO,
        }],
        counter: parsed(bill.account)?,
        cost_center: None,
        keys: MatchKeys::default(),
        memo: Some(bill.name.to_owned()),
        side: PhantomData,
    };
    house.commands.carry_out(&received, &envelope()).await?;
    if !bill.is_paid {
        return Ok(());
    }
    let paid = SettleItem::<Payable> {
        item_id,
        settlement_id: SettlementId::new(id(&format!("bill/{}/paid", bill.name))),
        installment: 1,
        business_date: month.last_day(),
        currency: Currency::BRL,
        amount,
        fee: Amount::ZERO,
        discount: Amount::ZERO,
        interest: Amount::ZERO,
        money_account: parsed(BANK)?,
        bank_reference: None,
        statement_line: None,
        side: PhantomData,
    };
    house.commands.carry_out(&paid, &envelope()).await?;
    Ok(())
}
