//! One customer's visit to the demo shop: what was bought, how it was paid, and whether it came back.

use jiff::civil::Date;
use posars_domain::sale::{
    Disposition, OrderDiscount, RecordReturn, RecordReturnLine, RecordSale, RecordSaleLine, VoidSale,
};
use posars_domain::{
    Amount, Channel, Currency, LineId, MethodAmount, Payment, PaymentMethod, Quantity, ReceiptNumber,
    ReturnId, SaleId, StoreZone,
};
use uuid::Uuid;

use super::catalogue::{DemoProduct, DemoStore, PRODUCTS, STORES, Sold};
use super::dice::Dice;
use super::{broken, id};
use crate::failure::Failure;

/// One sale in so many is cancelled at once, one in so many comes back in part.
const VOID_ONE_IN: u32 = 70;
const RETURN_ONE_IN: u32 = 45;
/// One sale in so many has something marked down, one in so many a discount on the whole.
const LINE_DISCOUNT_ONE_IN: u32 = 12;
const ORDER_DISCOUNT_ONE_IN: u32 = 20;
/// What a customer hands over in cash is rounded up to notes of ten.
const NOTE_CENTAVOS: i64 = 1_000;

/// Which visit.
#[derive(Clone, Copy, Debug)]
pub(super) struct VisitNumber {
    /// Index of the store.
    pub(super) store: u32,
    /// The number of the day; see `LATER_DAYS`.
    pub(super) day: u32,
    /// The customer of that day, from 0.
    pub(super) customer: u32,
}

/// A visit: always a sale, sometimes undone in whole or in part.
pub(super) struct Visit {
    pub(super) sale: RecordSale,
    pub(super) void: Option<VoidSale>,
    pub(super) giving_back: Option<RecordReturn>,
}

/// How many customers come on a day: more on Fridays and Saturdays.
pub(super) fn customers(store: u32, store_facts: &DemoStore, day: u32, date: Date) -> u32 {
    let ordinary = store_facts.customers + Dice::of([store, day, u32::MAX]).below(9);
    match date.weekday() {
        jiff::civil::Weekday::Friday => ordinary * 5 / 4,
        jiff::civil::Weekday::Saturday => ordinary * 3 / 2,
        jiff::civil::Weekday::Sunday => ordinary * 2 / 3,
        jiff::civil::Weekday::Monday
        | jiff::civil::Weekday::Tuesday
        | jiff::civil::Weekday::Wednesday
        | jiff::civil::Weekday::Thursday => ordinary,
    }
}

/// The visit of that number on that date.
pub(super) fn visit(number: VisitNumber, date: Date, zone: &StoreZone) -> Result<Visit, Failure> {
    let VisitNumber { store, day, customer } = number;
    let dice = &mut Dice::of([store, day, customer]);
    let name = format!("sale/{store}/{day}/{customer}");
    let sale_id = SaleId::new(id(&name));
    // 8:00 to 20:59, in the order of arrival only by chance, as two tills have it.
    let occurred_at = at(date, dice.between(0, 12 * 60 + 59), zone)?;
    let basket = Basket::fill(dice)?;
    let (payments, change) = payment(dice, basket.total);
    let void = dice.one_in(VOID_ONE_IN).then(|| VoidSale {
        sale_id,
        occurred_at: occurred_at + jiff::SignedDuration::from_mins(4),
        reason: "Cliente desistiu da compra".to_owned(),
        fiscal_ref: None,
    });
    let gives_back = void.is_none() && basket.order_discounts.is_empty() && dice.one_in(RETURN_ONE_IN);
    let giving_back = match (basket.lines.first(), payments.first()) {
        (Some((line, net)), Some(payment)) if gives_back => Some(RecordReturn {
            sale_id,
            return_id: ReturnId::new(id(&format!("return/{name}"))),
            occurred_at: occurred_at + jiff::SignedDuration::from_hours(2),
            lines: vec![RecordReturnLine {
                line_id: line.line_id,
                quantity: line.quantity,
                disposition: if dice.one_in(3) {
                    Disposition::Discard
                } else {
                    Disposition::Restock
                },
            }],
            refunds: vec![MethodAmount {
                method: payment.method.clone(),
                amount: *net,
            }],
            currency: Some(Currency::BRL),
            reason: Some("Produto com defeito".to_owned()),
            fiscal_ref: None,
        }),
        _ => None,
    };
    let store_facts = usize::try_from(store)
        .ok()
        .and_then(|index| STORES.get(index))
        .ok_or_else(|| broken("store"))?;
    let register_no = if customer % 2 == 0 { "1" } else { "2" };
    let sale = RecordSale {
        sale_id,
        store_id: super::parsed(store_facts.id)?,
        register_no: Some(super::parsed(register_no)?),
        receipt: Some(ReceiptNumber::new(
            Some("1"),
            &(day * 1_000 + customer + 1).to_string(),
        )?),
        occurred_at,
        channel: Channel::COUNTER,
        currency: Currency::BRL,
        lines: basket.lines.into_iter().map(|(line, _)| line).collect(),
        order_discounts: basket.order_discounts,
        payments,
        change,
        total: Some(Amount::from_minor(basket.total)),
        customer: None,
        seller: None,
        fiscal_ref: None,
        tax_summary: Vec::new(),
    };
    Ok(Visit {
        sale,
        void,
        giving_back,
    })
}

/// What is bought, with what each line and all of it come to.
struct Basket {
    lines: Vec<(RecordSaleLine, Amount)>,
    order_discounts: Vec<OrderDiscount>,
    total: i64,
}

impl Basket {
    fn fill(dice: &mut Dice) -> Result<Self, Failure> {
        let mut taken: Vec<usize> = Vec::new();
        for _ in 0..dice.between(1, 3) + dice.below(5) {
            let index = dice.weighted(PRODUCTS.iter().map(|product| product.weight));
            if !taken.contains(&index) {
                taken.push(index);
            }
        }
        let products = taken.into_iter().filter_map(|index| PRODUCTS.get(index));
        let lines = (1..)
            .zip(products)
            .map(|(line, product)| line_of(dice, line, product));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let order_discounts = if dice.one_in(ORDER_DISCOUNT_ONE_IN) {
            vec![OrderDiscount {
                amount: Amount::from_minor(100),
                reason: Some("Cliente fiel".to_owned()),
            }]
        } else {
            Vec::new()
        };
        let discount: i64 = order_discounts
            .iter()
            .map(|discount| discount.amount.minor())
            .sum();
        let total = lines.iter().map(|(_, net)| net.minor()).sum::<i64>() - discount;
        Ok(Self {
            lines,
            order_discounts,
            total,
        })
    }
}

/// Minutes after eight on a date, by the store's clock.
pub(super) fn at(date: Date, minute: u32, zone: &StoreZone) -> Result<jiff::Timestamp, Failure> {
    let minutes = i64::from(minute) + 8 * 60;
    date.to_zoned(zone.time_zone().clone())
        .and_then(|midnight| midnight.checked_add(jiff::SignedDuration::from_mins(minutes)))
        .map(|moment| moment.timestamp())
        .map_err(|error| broken(&error.to_string()))
}

fn line_of(dice: &mut Dice, line: u32, product: &DemoProduct) -> Result<(RecordSaleLine, Amount), Failure> {
    let (quantity, unit) = match product.sold {
        Sold::Piece => (i64::from(dice.between(1, 2) + dice.below(2)) * 10_000, "UN"),
        // Ten thousandths of a kilogram; scales show grams.
        Sold::Weight => (i64::from(dice.between(150, 1_800)) * 10, "KG"),
    };
    let line_discount = if dice.one_in(LINE_DISCOUNT_ONE_IN) && product.sold == Sold::Piece {
        Amount::from_minor(i64::from(product.price_centavos / 10))
    } else {
        Amount::ZERO
    };
    let line = RecordSaleLine {
        line_id: LineId(line),
        sku: super::parsed(product.sku)?,
        description: product.name.into(),
        quantity: Quantity::from_ten_thousandths(quantity),
        unit: unit.into(),
        unit_price: super::parsed(&super::reais(product.price_centavos))?,
        line_discount,
        net: None,
    };
    let net = net(&line)?;
    Ok((line, net))
}

fn net(line: &RecordSaleLine) -> Result<Amount, Failure> {
    line.quantity
        .times(line.unit_price, Currency::BRL)
        .and_then(|gross| gross.checked_sub(line.line_discount))
        .ok_or_else(|| broken("an amount beyond its range"))
}

fn payment(dice: &mut Dice, total: i64) -> (Vec<Payment>, Amount) {
    let all = Amount::from_minor(total);
    let one = |method| (vec![Payment::new(method, all)], Amount::ZERO);
    match dice.below(20) {
        0..=6 => one(PaymentMethod::PIX),
        7..=10 => one(PaymentMethod::DEBIT_CARD),
        11..=13 => {
            let mut payment = Payment::new(PaymentMethod::CREDIT_CARD, all);
            payment.installments = Some(if total > 15_000 { 3 } else { 1 });
            (vec![payment], Amount::ZERO)
        }
        14 => one(PaymentMethod::FOOD),
        // Part by PIX, the rest in cash.
        15 if total > NOTE_CENTAVOS => {
            let cash = Payment::new(PaymentMethod::CASH, Amount::from_minor(NOTE_CENTAVOS));
            let rest = Payment::new(PaymentMethod::PIX, Amount::from_minor(total - NOTE_CENTAVOS));
            (vec![rest, cash], Amount::ZERO)
        }
        _ => {
            let handed_over = (total + NOTE_CENTAVOS - 1) / NOTE_CENTAVOS * NOTE_CENTAVOS;
            let payment = Payment::new(PaymentMethod::CASH, Amount::from_minor(handed_over));
            (vec![payment], Amount::from_minor(handed_over - total))
        }
    }
}

/// The namespace of every id of the demo.
pub(super) const NAMESPACE: Uuid = Uuid::from_u128(0x7bb3_55f0_9d1c_4c5e_8f61_d2a5_3c0f_be70);
