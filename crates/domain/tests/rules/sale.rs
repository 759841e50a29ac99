//! The rules of a sale.

#![expect(clippy::panic, reason = "tests fail by panicking")]

use crate::fixtures::{
    cents, given, record_return, record_sale, sale_line, sale_of, shop, store, v, void_sale,
};
use posars_domain::sale::{
    Disposition, OrderDiscount, RETURNS_MAX, RecordReturnLine, Sale, SaleEvent, SaleRecorded, SaleReturned,
};
use posars_domain::{
    Aggregate, Amount, Currency, DomainEvent, FiscalRef, Given, LineId, MethodAmount, Payment, PaymentMethod,
    Quantity, Rejection, RejectionKind,
};

const KEY: &str = "35261112ABC34501DE35650010000010011000010017";

fn recorded() -> SaleEvent {
    given::<Sale>(&[]).when(record_sale(), &shop()).event()
}

fn as_recorded(event: SaleEvent) -> SaleRecorded {
    let SaleEvent::SaleRecorded(recorded) = event else {
        panic!("{event:?}")
    };
    recorded
}

fn as_returned(event: SaleEvent) -> SaleReturned {
    let SaleEvent::SaleReturned(returned) = event else {
        panic!("{event:?}")
    };
    returned
}

fn discount(amount: i64) -> OrderDiscount {
    OrderDiscount {
        amount: cents(amount),
        reason: None,
    }
}

#[test]
fn a_sale_is_priced_dated_and_claims_its_receipt() {
    let decision = given::<Sale>(&[]).when(record_sale(), &shop()).accepted();
    let claims = decision
        .claims
        .iter()
        .map(|claim| claim.key.as_str())
        .collect::<Vec<_>>();
    assert_eq!(claims, ["receipt:centro:1:1:1001"]);
    assert_eq!(
        decision.claims[0].namesake.as_deref(),
        Some("sale-08c3b3b4-f3f9-543e-83aa-0cee4b9cac44")
    );
    assert_eq!(decision.claims[0].taken.reason(), "DUPLICATE_RECEIPT");
    assert_eq!(decision.claims[0].taken.kind(), RejectionKind::Duplicate);
    let sale = as_recorded(decision.events[0].clone());
    assert_eq!(
        (sale.gross_total, sale.discount_total, sale.total),
        (cents(1999), cents(0), cents(1999))
    );
    assert_eq!(sale.business_date, v("2026-11-20"));
    assert_eq!(sale.local_hour, 12);
    assert_eq!(sale.payments[0].code, Some(v("01")));
}

#[test]
fn order_discounts_are_shared_by_largest_remainder() {
    let mut command = sale_of((1..=3).map(|id| sale_line(id, "1", "1")).collect(), 200);
    command.order_discounts = vec![discount(99), discount(1)];
    let sale = as_recorded(given::<Sale>(&[]).when(command, &shop()).event());
    let shares = sale
        .lines
        .iter()
        .map(|line| line.order_discount)
        .collect::<Vec<_>>();
    assert_eq!(shares, [cents(34), cents(33), cents(33)]);
    assert_eq!((sale.discount_total, sale.total), (cents(100), cents(200)));
}

#[test]
fn half_a_centavo_rounds_up() {
    // 0.125 kg at 0.04 is 0.5 centavo.
    let sale = as_recorded(
        given::<Sale>(&[])
            .when(sale_of(vec![sale_line(1, "0.125", "0.04")], 1), &shop())
            .event(),
    );
    assert_eq!(sale.total, cents(1));
}

#[test]
fn a_line_figure_one_centavo_off_stands() {
    for net in [998, 999, 1000] {
        let mut line = sale_line(1, "3", "3.33");
        line.line_discount = cents(100);
        line.net = Some(cents(net - 100));
        let sale = as_recorded(
            given::<Sale>(&[])
                .when(sale_of(vec![line], net - 100), &shop())
                .event(),
        );
        assert_eq!(
            (sale.lines[0].gross, sale.lines[0].net),
            (cents(net), cents(net - 100))
        );
    }
}

#[test]
fn change_comes_out_of_cash() {
    let mut command = record_sale();
    command.payments = vec![
        Payment::new(PaymentMethod::CASH, cents(2000)),
        Payment::new(PaymentMethod::PIX, cents(1000)),
    ];
    command.change = cents(1001);
    let sale = as_recorded(given::<Sale>(&[]).when(command.clone(), &shop()).event());
    let received = sale
        .received()
        .into_iter()
        .map(|part| (part.method, part.amount))
        .collect::<Vec<_>>();
    assert_eq!(
        received,
        [
            (PaymentMethod::CASH, cents(999)),
            (PaymentMethod::PIX, cents(1000))
        ]
    );

    command.payments = vec![Payment::new(PaymentMethod::MEAL, cents(3000))];
    let sale = as_recorded(given::<Sale>(&[]).when(command, &shop()).event());
    let [meal, cash] =
        [(PaymentMethod::MEAL, 3000), (PaymentMethod::CASH, -1001)].map(|(method, amount)| MethodAmount {
            method,
            amount: cents(amount),
        });
    assert_eq!(sale.received(), [meal.clone(), cash.clone()]);
    // The customer brings the change back and gets back what the voucher was charged.
    let voided = given::<Sale>(&[sale.into()]).when(void_sale(), &shop()).event();
    let SaleEvent::SaleVoided(voided) = voided else {
        panic!("{voided:?}")
    };
    assert_eq!(voided.refunds, [meal, cash]);
}

#[test]
fn a_sale_on_the_hour_before_cutover_counts_for_the_day_before() {
    let mut late = store();
    late.day_cutover = jiff::civil::time(13, 0, 0, 0);
    let context = Given {
        store: Some(&late),
        ..shop()
    };
    let sale = as_recorded(given::<Sale>(&[]).when(record_sale(), &context).event());
    assert_eq!(sale.business_date, v("2026-11-19"));
}

#[test]
fn the_same_sale_again_is_nothing_even_after_the_store_changed() {
    let mut late = store();
    late.day_cutover = jiff::civil::time(20, 0, 0, 0);
    let context = Given {
        store: Some(&late),
        ..shop()
    };
    given::<Sale>(&[recorded()])
        .when(record_sale(), &context)
        .nothing();
}

#[test]
fn a_one_line_sale_is_a_small_event() {
    let mut line = sale_line(1, "2", "49.9");
    line.description = "Camiseta algodão".into();
    let event = given::<Sale>(&[])
        .when(sale_of(vec![line], 9980), &shop())
        .event();
    let size_bytes = event.to_json().get().len();
    assert!(size_bytes <= 500, "{size_bytes}: {}", event.to_json());
}

#[test]
fn texts_of_lines_lose_the_space_around_them() {
    let mut command = record_sale();
    command.lines[0].description = "  Café torrado ".into();
    command.lines[0].unit = " UN".into();
    let recorded = as_recorded(given::<Sale>(&[]).when(command, &shop()).event());
    assert_eq!(&*recorded.lines[0].description, "Café torrado");
    assert_eq!(&*recorded.lines[0].unit, "UN");
}

#[test]
fn unknown_sku_is_accepted() {
    let mut command = record_sale();
    command.lines[0].sku = v("nunca-visto");
    assert_eq!(
        as_recorded(given::<Sale>(&[]).when(command, &shop()).event()).lines[0].sku,
        v("nunca-visto")
    );
}

#[test]
fn unknown_store() {
    let mut context = shop();
    context.store = None;
    let no = given::<Sale>(&[])
        .when(record_sale(), &context)
        .rejected("UNKNOWN_STORE", Some("store_id"));
    assert_eq!(
        (no.kind(), no.metadata()),
        (RejectionKind::NotFound, vec![("store_id", "centro".to_owned())])
    );
}

#[test]
fn occurred_in_future() {
    let mut command = record_sale();
    command.occurred_at = v("2026-11-20T15:05:05Z");
    given::<Sale>(&[]).when(command.clone(), &shop()).event();
    command.occurred_at = v("2026-11-20T15:05:06Z");
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("OCCURRED_IN_FUTURE", Some("occurred_at"));
}

#[test]
fn currency_mismatch() {
    let mut command = record_sale();
    command.currency = v("USD");
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("CURRENCY_MISMATCH", Some("currency"));
}

#[test]
fn line_total_out_of_tolerance() {
    for net in [997, 1001] {
        let mut command = record_sale();
        command.lines[0].net = Some(cents(net));
        given::<Sale>(&[])
            .when(command, &shop())
            .rejected("LINE_TOTAL_OUT_OF_TOLERANCE", Some("lines[0].net"));
    }
}

#[test]
fn discount_exceeds_line() {
    let mut command = record_sale();
    command.lines[1].line_discount = cents(1001);
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("DISCOUNT_EXCEEDS_LINE", Some("lines[1].line_discount"));
    let mut command = record_sale();
    command.order_discounts = vec![discount(2000)];
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("DISCOUNT_EXCEEDS_LINE", Some("order_discounts"));
}

#[test]
fn sale_total_mismatch() {
    let mut command = record_sale();
    command.total = Some(cents(1998));
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("SALE_TOTAL_MISMATCH", Some("total"));
}

#[test]
fn payment_total_mismatch() {
    for change in [1, 2500] {
        let mut command = record_sale();
        command.change = cents(change);
        given::<Sale>(&[])
            .when(command, &shop())
            .rejected("PAYMENT_TOTAL_MISMATCH", Some("payments"));
    }
    let mut command = record_sale();
    command.payments.clear();
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("PAYMENT_TOTAL_MISMATCH", Some("payments"));
}

#[test]
fn amount_out_of_range() {
    let mut command = record_sale();
    command.lines[0].quantity = Quantity::MAX;
    command.lines[0].unit_price = v("7922816251426433759");
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("AMOUNT_OUT_OF_RANGE", None);
    let mut command = record_sale();
    command.change = Amount::from_minor(i64::MAX);
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("AMOUNT_OUT_OF_RANGE", Some("change"));
}

#[test]
fn duplicate_fiscal_key() {
    let mut command = record_sale();
    command.fiscal_ref = Some(FiscalRef {
        access_key: Some(v(KEY)),
        ..FiscalRef::default()
    });
    let decision = given::<Sale>(&[]).when(command, &shop()).accepted();
    assert_eq!(decision.claims[1].key, format!("fiscal:{KEY}"));
    assert_eq!(decision.claims[1].taken.reason(), "DUPLICATE_FISCAL_KEY");
}

#[test]
fn pix_id_already_used() {
    let pix = |amount| Payment {
        pix_e2e_id: Some("E0000000020261120150000000000001".to_owned()),
        ..Payment::new(PaymentMethod::PIX, cents(amount))
    };
    let mut command = record_sale();
    command.payments = vec![pix(1999)];
    let decision = given::<Sale>(&[]).when(command.clone(), &shop()).accepted();
    assert_eq!(decision.claims[1].key, "pix:E0000000020261120150000000000001");
    assert_eq!(decision.claims[1].taken.reason(), "PIX_ID_ALREADY_USED");
    command.payments = vec![pix(999), pix(1000)];
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("PIX_ID_ALREADY_USED", Some("payments"));
}

#[test]
fn idempotency_mismatch() {
    let mut command = record_sale();
    command.seller = Some("Ana".to_owned());
    given::<Sale>(&[recorded()])
        .when(command, &shop())
        .rejected("IDEMPOTENCY_MISMATCH", None);
}

#[test]
fn quantity_not_positive() {
    for quantity in ["0", "-1"] {
        let mut command = record_sale();
        command.lines[1].quantity = v(quantity);
        given::<Sale>(&[])
            .when(command, &shop())
            .rejected("QUANTITY_NOT_POSITIVE", Some("lines[1].quantity"));
    }
}

#[test]
fn amount_negative() {
    let mut command = record_sale();
    command.payments[0].amount = cents(-1);
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("AMOUNT_NEGATIVE", Some("payments[0].amount"));
    let mut command = record_sale();
    command.order_discounts = vec![discount(-1)];
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("AMOUNT_NEGATIVE", Some("order_discounts[0].amount"));
    let mut command = record_sale();
    command.lines[0].line_discount = cents(-1);
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("AMOUNT_NEGATIVE", Some("lines[0].line_discount"));
}

#[test]
fn installments_invalid() {
    let mut command = record_sale();
    command.payments[0].installments = Some(0);
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("INSTALLMENTS_INVALID", Some("payments[0].installments"));
}

#[test]
fn list_empty_and_list_too_long() {
    given::<Sale>(&[])
        .when(sale_of(Vec::new(), 0), &shop())
        .rejected("LIST_EMPTY", Some("lines"));
    let lines = |count| (1..=count).map(|id| sale_line(id, "1", "1")).collect();
    given::<Sale>(&[])
        .when(sale_of(lines(500), 50_000), &shop())
        .event();
    given::<Sale>(&[])
        .when(sale_of(lines(501), 50_100), &shop())
        .rejected("LIST_TOO_LONG", Some("lines"));
    let mut command = record_sale();
    command.payments = vec![Payment::new(PaymentMethod::CASH, cents(1)); 51];
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("LIST_TOO_LONG", Some("payments"));
    let mut command = record_sale();
    command.order_discounts = vec![discount(0); 51];
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("LIST_TOO_LONG", Some("order_discounts"));
}

#[test]
fn line_id_repeated() {
    let command = sale_of(vec![sale_line(1, "1", "1"), sale_line(1, "1", "1")], 200);
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("LINE_ID_REPEATED", Some("lines[1].line_id"));
}

#[test]
fn text_too_long_and_text_has_control() {
    let mut command = record_sale();
    command.lines[0].description = "ã".repeat(501).into();
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("TEXT_TOO_LONG", Some("lines[0].description"));
    let mut command = record_sale();
    command.seller = Some("Ana\u{0}".to_owned());
    given::<Sale>(&[])
        .when(command, &shop())
        .rejected("TEXT_HAS_CONTROL", Some("seller"));
}

#[test]
fn a_void_gives_everything_back() {
    let event = given::<Sale>(&[recorded()]).when(void_sale(), &shop()).event();
    let SaleEvent::SaleVoided(voided) = event else {
        panic!("{event:?}")
    };
    assert_eq!(
        voided.refunds,
        [MethodAmount {
            method: PaymentMethod::CASH,
            amount: cents(1999)
        }]
    );
    assert_eq!(
        voided.lines.iter().map(|line| line.net).collect::<Vec<_>>(),
        [cents(999), cents(1000)]
    );
    assert_eq!(voided.lines[0].quantity, v("3"));
    assert_eq!(
        (voided.business_date, voided.sale_business_date),
        (v("2026-11-20"), v("2026-11-20"))
    );
}

#[test]
fn sale_not_found() {
    given::<Sale>(&[])
        .when(void_sale(), &shop())
        .rejected("SALE_NOT_FOUND", Some("sale_id"));
    given::<Sale>(&[])
        .when(record_return(1, 1, "1"), &shop())
        .rejected("SALE_NOT_FOUND", Some("sale_id"));
}

#[test]
fn sale_already_voided() {
    let voided = given::<Sale>(&[recorded()]).when(void_sale(), &shop()).event();
    given::<Sale>(&[recorded(), voided])
        .when(void_sale(), &shop())
        .rejected("SALE_ALREADY_VOIDED", None);
}

#[test]
fn sale_has_returns() {
    let returned = given::<Sale>(&[recorded()])
        .when(record_return(1, 1, "1"), &shop())
        .event();
    given::<Sale>(&[recorded(), returned])
        .when(void_sale(), &shop())
        .rejected("SALE_HAS_RETURNS", None);
}

#[test]
fn void_window_expired() {
    let mut context = shop();
    context.recorded_at = v("2026-12-20T00:00:00Z");
    let mut command = void_sale();
    command.occurred_at = v("2026-11-20T16:00:01Z");
    given::<Sale>(&[recorded()])
        .when(command.clone(), &context)
        .event();
    context.policy.void_window_hours = Some(1);
    given::<Sale>(&[recorded()])
        .when(command.clone(), &context)
        .rejected("VOID_WINDOW_EXPIRED", None);
    command.occurred_at = v("2026-11-20T16:00:00Z");
    given::<Sale>(&[recorded()]).when(command, &context).event();
}

#[test]
fn a_refund_is_in_the_currency_of_its_sale() {
    let mut back = record_return(1, 1, "1");
    back.currency = Some(v("USD"));
    given::<Sale>(&[recorded()])
        .when(back.clone(), &shop())
        .rejected("CURRENCY_MISMATCH", Some("currency"));
    back.currency = Some(Currency::BRL);
    let returned = given::<Sale>(&[recorded()]).when(back.clone(), &shop()).event();
    let history = [recorded(), returned];
    given::<Sale>(&history).when(back.clone(), &shop()).nothing();
    back.currency = Some(v("USD"));
    given::<Sale>(&history)
        .when(back, &shop())
        .rejected("CURRENCY_MISMATCH", Some("currency"));
}

#[test]
fn field_required() {
    let mut command = void_sale();
    command.reason = "  ".to_owned();
    given::<Sale>(&[recorded()])
        .when(command, &shop())
        .rejected("FIELD_REQUIRED", Some("reason"));
}

#[test]
fn refunds_in_parts_sum_to_the_net() {
    // 10.00 for three: 3.33, 3.34, 3.33 - cumulative, not 3.33 three times.
    let sale = given::<Sale>(&[])
        .when(sale_of(vec![sale_line(1, "3", "3.3333")], 1000), &shop())
        .event();
    let mut history = vec![sale];
    for (number, refund) in [(1, 333), (2, 334), (3, 333)] {
        let event = given::<Sale>(&history)
            .when(record_return(number, 1, "1"), &shop())
            .event();
        let returned = as_returned(event.clone());
        assert_eq!(
            (returned.lines[0].refund, returned.returned_total),
            (cents(refund), cents(refund))
        );
        history.push(event);
    }
    given::<Sale>(&history)
        .when(record_return(4, 1, "0.0001"), &shop())
        .rejected("RETURN_EXCEEDS_SOLD", Some("lines[0].quantity"));
}

#[test]
fn one_line_may_come_back_in_several_conditions() {
    let mut command = record_return(1, 1, "1");
    let damaged = RecordReturnLine {
        line_id: LineId(1),
        quantity: v("2"),
        disposition: Disposition::Damaged,
    };
    command.lines.push(damaged.clone());
    let returned = as_returned(
        given::<Sale>(&[recorded()])
            .when(command.clone(), &shop())
            .event(),
    );
    assert_eq!(
        returned.lines.iter().map(|line| line.refund).collect::<Vec<_>>(),
        [cents(333), cents(666)]
    );
    command.lines.push(damaged);
    given::<Sale>(&[recorded()])
        .when(command, &shop())
        .rejected("RETURN_EXCEEDS_SOLD", Some("lines[2].quantity"));
}

#[test]
fn every_line_says_what_was_paid_back_for_it() {
    let mut command = record_return(1, 1, "1");
    command.lines.extend(record_return(1, 2, "1").lines);
    command.refunds = vec![MethodAmount {
        method: PaymentMethod::CASH,
        amount: cents(1000),
    }];
    let returned = as_returned(given::<Sale>(&[recorded()]).when(command, &shop()).event());
    // 3.33 and 10.00 came back, 10.00 of 13.33 was given.
    let lines = returned.lines.iter().map(|line| (line.refund, line.paid_back));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [(cents(333), cents(250)), (cents(1000), cents(750))]
    );
    let unpaid = as_returned(
        given::<Sale>(&[recorded()])
            .when(record_return(1, 1, "1"), &shop())
            .event(),
    );
    assert_eq!(unpaid.lines[0].paid_back, Amount::ZERO);
}

#[test]
fn the_same_return_again_is_nothing_and_another_is_a_mismatch() {
    let returned = given::<Sale>(&[recorded()])
        .when(record_return(1, 1, "1"), &shop())
        .event();
    let history = [recorded(), returned];
    given::<Sale>(&history)
        .when(record_return(1, 1, "1"), &shop())
        .nothing();
    given::<Sale>(&history)
        .when(record_return(1, 1, "2"), &shop())
        .rejected("IDEMPOTENCY_MISMATCH", None);
}

#[test]
fn line_not_found() {
    given::<Sale>(&[recorded()])
        .when(record_return(1, 9, "1"), &shop())
        .rejected("LINE_NOT_FOUND", Some("lines[0].line_id"));
}

#[test]
fn refund_exceeds_paid() {
    let refund = |number, amount| {
        let mut command = record_return(number, 1, "1");
        command.refunds = vec![MethodAmount {
            method: PaymentMethod::CASH,
            amount: cents(amount),
        }];
        command
    };
    let first = given::<Sale>(&[recorded()])
        .when(refund(1, 1500), &shop())
        .event();
    let history = [recorded(), first];
    given::<Sale>(&history).when(refund(2, 499), &shop()).event();
    given::<Sale>(&history)
        .when(refund(2, 500), &shop())
        .rejected("REFUND_EXCEEDS_PAID", Some("refunds"));
}

#[test]
fn sale_voided() {
    let voided = given::<Sale>(&[recorded()]).when(void_sale(), &shop()).event();
    given::<Sale>(&[recorded(), voided])
        .when(record_return(1, 1, "1"), &shop())
        .rejected("SALE_VOIDED", None);
}

#[test]
fn too_many_returns() {
    let returned = as_returned(
        given::<Sale>(&[recorded()])
            .when(record_return(1, 1, "0.001"), &shop())
            .event(),
    );
    let mut history = vec![recorded()];
    for number in 0..RETURNS_MAX {
        let return_id = v(&format!("0193a5f0-0000-7000-8000-1000000{number:05}"));
        history.push(
            SaleReturned {
                return_id,
                ..returned.clone()
            }
            .into(),
        );
    }
    given::<Sale>(&history)
        .when(record_return(1, 1, "1"), &shop())
        .rejected("TOO_MANY_RETURNS", None);
}

#[test]
fn the_state_knows_what_is_back() {
    let returned = given::<Sale>(&[recorded()])
        .when(record_return(1, 1, "2"), &shop())
        .event();
    let state = Sale::fold(&[recorded(), returned]);
    assert_eq!(state.returned_quantity(LineId(1)), Some(v("2")));
    assert_eq!(state.returned_share(LineId(1)), Some(cents(666)));
    assert_eq!(state.refunded(), Some(Amount::ZERO));
}
