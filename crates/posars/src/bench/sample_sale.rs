//! Sales made up for the benchmarks: the shape and size of real ones, about 2,000 daily figures.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use posars_domain::person::GivenPerson;
use posars_domain::sale::{Customer, RecordSale, RecordSaleLine, SaleEvent, SaleState};
use posars_domain::store::{DefineStore, StoreSettings};
use posars_domain::{
    Amount, Channel, Command as _, Cpf, Currency, DomainEvent, Given, LineId, Payment, PaymentMethod,
    Personal, ReceiptNumber, SaleId, TaxId,
};
use posars_event_store::{EventType, JsonText, NewEvent};
use uuid::Uuid;

const STORES: u64 = 5;
const DAYS: i64 = 100;
/// How many buyers come again and again.
pub(crate) const BUYERS: u64 = 1_000;
const METHODS: [&str; 4] = ["pix", "cash", "credit_card", "debit_card"];
/// The day after the last one sold on, so that no sale lies in the future of its recording.
const RECORDED_AT: &str = "2026-06-01T12:00:00Z";
const FIRST_SALE_AT: &str = "2026-01-15T15:00:00Z";

/// The stores that the sales name.
pub(crate) fn stores() -> anyhow::Result<Vec<DefineStore>> {
    let store = |number| {
        anyhow::Ok(DefineStore {
            store_id: format!("store_{number}").parse()?,
            name: format!("Store {number}"),
            cnpj: None,
            time_zone: "America/Sao_Paulo".parse()?,
            day_cutover: jiff::civil::Time::midnight(),
            currency: Currency::BRL,
        })
    };
    (0..STORES).map(store).collect()
}

/// The sale of a number: one line, one payment.
pub(crate) fn record_sale(number: u64) -> anyhow::Result<RecordSale> {
    let first: Timestamp = FIRST_SALE_AT.parse()?;
    let day = i64::try_from(number / STORES)? % DAYS;
    let seconds = i64::try_from(number % 20_000)?;
    let method = METHODS
        .get(usize::try_from(number / 7)? % METHODS.len())
        .context("a method")?;
    let amount = Amount::from_minor(3_780);
    Ok(RecordSale {
        sale_id: SaleId::new(Uuid::now_v7()),
        store_id: format!("store_{}", number % STORES).parse()?,
        register_no: Some("1".parse()?),
        receipt: Some(ReceiptNumber::new(Some("1"), &number.to_string())?),
        occurred_at: first + SignedDuration::from_hours(24 * day) + SignedDuration::from_secs(seconds),
        channel: Channel::COUNTER,
        currency: Currency::BRL,
        lines: vec![RecordSaleLine {
            line_id: LineId(1),
            sku: "cafe_500g".parse()?,
            description: "Cafe torrado 500 g".into(),
            quantity: "2".parse()?,
            unit: "UN".into(),
            unit_price: "18.90".parse()?,
            line_discount: Amount::from_minor(0),
            net: Some(amount),
        }],
        order_discounts: Vec::new(),
        payments: vec![Payment::new(method.parse::<PaymentMethod>()?, amount)],
        change: Amount::from_minor(0),
        total: Some(amount),
        customer: None,
        seller: None,
        fiscal_ref: None,
        tax_summary: Vec::new(),
    })
}

/// The buyer of a number: each comes back after [`BUYERS`] others.
pub(crate) fn buyer(number: u64) -> anyhow::Result<Customer> {
    let root = format!("{:09}", 100_000_007 + number % BUYERS);
    let [one, other] = Cpf::check_digits(&root).context("nine digits")?;
    let tax_id: TaxId = format!("{root}{one}{other}").parse()?;
    Ok(Customer {
        tax_id: Some(Personal::from(tax_id)),
        ..Customer::default()
    })
}

/// The event that such a sale leads to.
pub(crate) fn sale_recorded(number: u64) -> anyhow::Result<(Uuid, NewEvent)> {
    let command = record_sale(number)?;
    let sale_id = command.sale_id.uuid();
    let event = sale_event(&command, None)?;
    let new = NewEvent {
        event_id: Uuid::now_v7(),
        event_type: EventType::parse(event.event_type())?,
        schema_version: event.schema_version(),
        data: JsonText::of(&event)?,
        metadata: JsonText::parse(r#"{"actor":"bench","source":{"kind":"api"}}"#)?,
    };
    Ok((sale_id, new))
}

/// The event that a sale of one of the stores leads to, and what it holds of this person in the clear.
pub(crate) fn sale_event(command: &RecordSale, person: Option<&GivenPerson>) -> anyhow::Result<SaleEvent> {
    let mut stores = stores()?.into_iter();
    let define = stores
        .find(|store| store.store_id == command.store_id)
        .context("a store")?;
    let store = StoreSettings {
        store_id: define.store_id,
        name: define.name,
        time_zone: define.time_zone,
        day_cutover: define.day_cutover,
        currency: define.currency,
    };
    let given = Given {
        store: Some(&store),
        person,
        ..Given::at(RECORDED_AT.parse()?)
    };
    let decision = command.decide(&SaleState::default(), &given)?;
    let mut events = decision.events.into_iter();
    events.next().context("a sale leads to one event")
}
