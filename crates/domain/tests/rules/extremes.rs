//! Extreme numbers are refused or carried exactly; nothing panics and nothing wraps.

use crate::fixtures::{adjust, cents, issue, receive, record_return, restock, sale_line, sale_of, shop, v};
use posars_domain::sale::{OrderDiscount, Sale, SaleEvent};
use posars_domain::stock::{ReceivedCost, Stock};
use posars_domain::{Aggregate, Command, Payment, PaymentMethod, Quantity, UnitPrice};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Any integer, with the edges often.
fn edge() -> impl Strategy<Value = i64> {
    let max = 9_007_199_254_740_991;
    prop_oneof![
        any::<i64>(),
        -3..3_i64,
        Just(i64::MAX),
        Just(i64::MIN),
        Just(max),
        Just(-max),
        Just(max + 1),
        0..1_000_000_i64
    ]
}

fn price() -> impl Strategy<Value = UnitPrice> {
    let mantissa = any::<u128>().prop_map(|bits| bits >> 33);
    (mantissa, 0..=10_u32).prop_filter_map("not a price", |(mantissa, scale)| {
        let decimal = Decimal::try_from_i128_with_scale(i128::try_from(mantissa).ok()?, scale).ok()?;
        UnitPrice::try_from(decimal).ok()
    })
}

proptest! {
    #[test]
    fn a_sale_never_panics(
        quantities in prop::collection::vec((edge(), price(), edge(), prop::option::of(edge())), 1..5),
        discounts in prop::collection::vec(edge(), 0..3),
        paid in edge(),
        change in edge(),
        returned in edge(),
    ) {
        let mut lines = Vec::new();
        for (line_id, (quantity, price, discount, net)) in (1..).zip(quantities) {
            let mut line = sale_line(line_id, "1", "1");
            line.quantity = Quantity::from_ten_thousandths(quantity);
            line.unit_price = price;
            line.line_discount = cents(discount);
            line.net = net.map(cents);
            lines.push(line);
        }
        let mut command = sale_of(lines, paid);
        command.change = cents(change);
        command.order_discounts =
            discounts.into_iter().map(|amount| OrderDiscount { amount: cents(amount), reason: None }).collect();
        if let Ok(decision) = command.decide(&Default::default(), &shop()) {
            let state = Sale::fold(&decision.events);
            let mut back = record_return(1, 1, "1");
            back.lines[0].quantity = Quantity::from_ten_thousandths(returned);
            let _ = back.decide(&state, &shop());
        }
    }

    #[test]
    fn an_accepted_sale_always_adds_up(
        lines in prop::collection::vec((1..2_000_000_i64, 0..10_000_000_i64, 0..100_i64), 1..30),
        order_discount in 0..100_i64,
    ) {
        let mut command = sale_of(Vec::new(), 0);
        for (line_id, (quantity, price, discount)) in (1..).zip(lines) {
            let mut line = sale_line(line_id, "1", "1");
            line.quantity = Quantity::from_ten_thousandths(quantity);
            line.unit_price = UnitPrice::try_from(Decimal::new(price, 4)).unwrap();
            let gross = line.quantity.times(line.unit_price, command.currency).unwrap();
            line.line_discount = cents(gross.minor() * discount / 100);
            line.net = Some(gross.checked_sub(line.line_discount).unwrap());
            command.lines.push(line);
        }
        let owed = command.lines.iter().filter_map(|line| line.net).map(|net| net.minor()).sum::<i64>();
        let discount = owed * order_discount / 100;
        command.order_discounts = vec![OrderDiscount { amount: cents(discount), reason: None }];
        command.payments[0].amount = cents(owed - discount);
        let decision = command.decide(&Default::default(), &shop()).unwrap();
        let SaleEvent::SaleRecorded(sale) = &decision.events[0] else { panic!() };
        prop_assert_eq!(sale.total, cents(owed - discount));
        prop_assert_eq!(sale.lines.iter().map(|line| line.net.minor()).sum::<i64>(), sale.total.minor());
        prop_assert_eq!(sale.gross_total.minor() - sale.discount_total.minor(), sale.total.minor());
        prop_assert_eq!(sale.received().iter().map(|part| part.amount.minor()).sum::<i64>(), sale.total.minor());
        for line in &sale.lines {
            prop_assert!(!line.net.is_negative());
            let discounts = line.line_discount.minor() + line.order_discount.minor();
            prop_assert_eq!(line.gross.minor() - discounts, line.net.minor());
        }
    }

    #[test]
    fn change_is_cash_however_the_sale_was_paid(
        paid in prop::collection::vec((0..3_usize, 0..500_i64), 1..6),
        change in 0..2_000_i64,
    ) {
        let methods = [PaymentMethod::CASH, PaymentMethod::CREDIT_CARD, PaymentMethod::PIX];
        let handed_over = paid.iter().map(|(_, amount)| amount).sum::<i64>();
        let change = change.min(handed_over);
        let mut command = sale_of(vec![sale_line(1, "1", "1")], 0);
        command.lines[0].unit_price = UnitPrice::try_from(Decimal::new(handed_over - change, 2)).unwrap();
        command.payments =
            paid.iter().map(|(method, amount)| Payment::new(methods[*method].clone(), cents(*amount))).collect();
        command.change = cents(change);
        command.total = None;
        let decision = command.decide(&Default::default(), &shop()).unwrap();
        let SaleEvent::SaleRecorded(sale) = &decision.events[0] else { panic!() };
        let received = sale.received();
        let of = |method: &PaymentMethod| {
            received.iter().filter(|part| part.method == *method).map(|part| part.amount.minor()).sum::<i64>()
        };
        for (number, method) in methods.iter().enumerate() {
            let given = paid.iter().filter(|(one, _)| *one == number).map(|(_, amount)| amount).sum::<i64>();
            let change = if *method == PaymentMethod::CASH { change } else { 0 };
            prop_assert_eq!(of(method), given - change);
        }
        prop_assert_eq!(received.iter().map(|part| part.amount.minor()).sum::<i64>(), sale.total.minor());
        prop_assert!(received.iter().all(|part| !part.amount.is_zero()));
    }

    #[test]
    fn stock_never_panics(moves in prop::collection::vec((0..5_u8, edge(), edge(), price()), 1..12)) {
        let mut state = <Stock as Aggregate>::State::default();
        for (position, (kind, quantity, amount, price)) in (1_u64..).zip(moves) {
            let quantity = Quantity::from_ten_thousandths(quantity);
            let decided = match kind {
                0 => receive(quantity, amount).decide(&state, &shop()),
                1 => {
                    let mut command = receive(quantity, 0);
                    command.cost = ReceivedCost::Unit(price);
                    command.landed = cents(amount);
                    command.decide(&state, &shop())
                }
                2 => issue(position, &[quantity, v("1")]).decide(&state, &shop()),
                3 => restock(position, quantity, Some(amount)).decide(&state, &shop()),
                _ => {
                    let mut command = adjust(quantity);
                    command.value = Some(cents(amount)).filter(|_| !quantity.is_negative());
                    command.decide(&state, &shop())
                }
            };
            if let Ok(decision) = decided {
                state = decision.events.iter().fold(state, Stock::evolve);
            }
        }
        prop_assert!(state.balance.value.is_in_range() && state.balance.quantity.is_in_range());
    }
}
