//! What sales and deliveries make owed, and what voids and returns take off it.

use crate::fixtures;
use crate::fixtures::{cents, given, receive, record_sale, shop, store, v};
use posars_domain::open_item::{
    InstallmentPart, ItemKind, ItemOrigin, ItemState, MoneyBack, OpenItem, OwedForDelivery, OwedForSale,
    Payable, PayableEvent, Receivable, ReceivableEvent, Registered, payable_of_delivery, receivable_of_sale,
};
use posars_domain::sale::{Customer, Sale, SaleEvent, SaleRecorded};
use posars_domain::stock::{Stock, StockEvent, StockReceived};
use posars_domain::terms::{PayOut, ReceiptTerms, SupplierTerms};
use posars_domain::{AccountCode, Aggregate as _, Amount, Payment, PaymentMethod, Quantity};
use proptest::prelude::*;

fn sale_paid_by(payment: Payment) -> SaleRecorded {
    let mut sale = record_sale();
    sale.lines = vec![fixtures::sale_line(
        1,
        "1",
        &format!(
            "{}.{:02}",
            payment.amount.minor() / 100,
            payment.amount.minor() % 100
        ),
    )];
    sale.payments = vec![payment];
    sale.customer = Some(Customer {
        subject_id: Some(v("cliente-7")),
        ..Customer::default()
    });
    match given::<Sale>(&[]).when(sale, &shop()).event() {
        SaleEvent::SaleRecorded(recorded) => recorded,
        other @ (SaleEvent::SaleVoided(_) | SaleEvent::SaleReturned(_)) => unreachable!("{other:?}"),
    }
}

fn card(amount: i64, installments: u16) -> Payment {
    Payment {
        installments: Some(installments),
        acquirer_cnpj: Some(v("11222333000181")),
        nsu: Some("000123".to_owned()),
        authorization: Some("A1B2C3".to_owned()),
        ..Payment::new(PaymentMethod::CREDIT_CARD, cents(amount))
    }
}

fn terms(fee_ppm: u32, first_days: u16) -> ReceiptTerms {
    ReceiptTerms {
        method: PaymentMethod::CREDIT_CARD,
        acquirer_cnpj: None,
        brand: None,
        installments_from: 1,
        installments_to: 60,
        fee_ppm,
        first_days,
        every_days: 30,
        valid_from: v("2000-01-01"),
    }
}

fn owed(sale: &SaleRecorded, kind: ItemKind, terms: Option<&ReceiptTerms>) -> Option<Registered<Receivable>> {
    let account: AccountCode = v("1.1.03.001");
    let owed = OwedForSale {
        sale,
        position: 7,
        payment: 0,
        amount: sale.payments[0].amount,
        kind,
        account: &account,
        terms: terms.map_or_else(|| PayOut::usual(&sale.payments[0].method), PayOut::from),
    };
    owed.registered()
}

fn amounts<S>(registered: &Registered<S>) -> Vec<(String, i64, i64)> {
    let installments = registered.installments.iter();
    let row = |one: &posars_domain::open_item::Installment| {
        (
            one.due_date.to_string(),
            one.amount.minor(),
            one.expected_fee.minor(),
        )
    };
    installments.map(row).collect()
}

fn receivable(registered: Registered<Receivable>) -> ItemState<Receivable> {
    OpenItem::<Receivable>::fold(&[ReceivableEvent::from(registered)])
}

#[test]
fn a_hundred_in_three_at_two_point_ninety_nine_per_cent_keeps_every_centavo() {
    let sale = sale_paid_by(card(10_000, 3));
    let registered = owed(&sale, ItemKind::Card, Some(&terms(29_900, 30))).unwrap();
    assert_eq!(
        amounts(&registered),
        [
            ("2026-12-20".to_owned(), 3_334, 100),
            ("2027-01-19".to_owned(), 3_333, 99),
            ("2027-02-18".to_owned(), 3_333, 100),
        ]
    );
    assert_eq!(registered.item.item_id, receivable_of_sale(sale.sale_id, 0));
    assert_eq!(registered.item.party, Some(v("11222333000181")));
    assert_eq!(registered.document.as_deref(), Some("1:1001"));
    assert_eq!(registered.keys.nsu.as_deref(), Some("000123"));
    let origin = ItemOrigin::Sale {
        sale_id: sale.sale_id,
        payment: 0,
        position: 7,
    };
    assert_eq!(registered.origin, origin);
}

#[test]
fn a_bank_slip_falls_due_on_its_own_day_and_a_card_by_its_terms() {
    let on = |method: PaymentMethod, installments: u16| {
        sale_paid_by(Payment {
            due_date: Some(v("2027-01-31")),
            installments: Some(installments),
            boleto_number: Some("34191790010104351004".to_owned()),
            ..Payment::new(method, cents(1_000))
        })
    };
    let boleto = owed(&on(PaymentMethod::BOLETO, 2), ItemKind::Boleto, None).unwrap();
    assert_eq!(
        amounts(&boleto),
        [
            ("2027-01-31".to_owned(), 500, 0),
            ("2027-03-02".to_owned(), 500, 0)
        ]
    );
    assert_eq!(boleto.item.party, Some(v("cliente-7")));
    let card = owed(
        &on(PaymentMethod::DEBIT_CARD, 1),
        ItemKind::Card,
        Some(&terms(0, 1)),
    )
    .unwrap();
    assert_eq!(amounts(&card), [("2026-11-21".to_owned(), 1_000, 0)]);
    let mut untold = on(PaymentMethod::STORE_CREDIT, 1);
    untold.payments[0].due_date = None;
    let untold = owed(&untold, ItemKind::Customer, None).unwrap();
    assert_eq!(amounts(&untold), [("2026-12-20".to_owned(), 1_000, 0)]);
}

#[test]
fn no_instalment_is_nothing_and_none_is_beyond_the_most() {
    let registered = |amount: i64, installments: u16| {
        owed(&sale_paid_by(card(amount, installments)), ItemKind::Card, None).unwrap()
    };
    assert_eq!(amounts(&registered(2, 3)).len(), 2);
    assert_eq!(amounts(&registered(100_000, u16::MAX)).len(), 120);
    let free = sale_paid_by(card(1, 1));
    let nothing = OwedForSale {
        sale: &free,
        position: 1,
        payment: 0,
        amount: Amount::ZERO,
        kind: ItemKind::Card,
        account: &v("1"),
        terms: PayOut::usual(&PaymentMethod::CREDIT_CARD),
    };
    assert!(nothing.registered().is_none());
    assert!(
        OwedForSale {
            payment: 5,
            ..nothing
        }
        .registered()
        .is_none()
    );
}

fn received(total: i64) -> StockReceived {
    let mut command = receive(Quantity::from_units(1), total);
    command.supplier = Some("Torrefação Sul".to_owned());
    command.access_key = Some(v("35261111222333000181550010000010011000010017"));
    match given::<Stock>(&[])
        .when(command, &shop())
        .accepted()
        .events
        .remove(0)
    {
        StockEvent::StockReceived(received) => received,
        other @ (StockEvent::StockIssued(_)
        | StockEvent::StockReturned(_)
        | StockEvent::StockAdjusted(_)
        | StockEvent::ShortageDetected(_)
        | StockEvent::ShortageResolved(_)) => unreachable!("{other:?}"),
    }
}

fn in_days(due_days: &[u16]) -> SupplierTerms {
    SupplierTerms {
        supplier: None,
        due_days: due_days.to_vec(),
        valid_from: v("2000-01-01"),
    }
}

/// The payable of a delivery of these lines.
fn delivered(values: &[i64], terms: Option<&SupplierTerms>) -> ItemState<Payable> {
    let account: AccountCode = v("2.1.01.001");
    let mut state = ItemState::default();
    for (value, position) in values.iter().zip(10..) {
        let line = received(*value);
        let owed = OwedForDelivery {
            received: &line,
            position,
            account: &account,
            due_days: terms.map_or(&[30][..], |terms| &terms.due_days),
        };
        let event = match state.registered {
            None => owed.registered().map(PayableEvent::from),
            Some(_) => owed.increased(&state).map(PayableEvent::from),
        };
        if let Some(event) = event {
            state = OpenItem::<Payable>::evolve(state, &event);
        }
    }
    state
}

fn open_of<S>(state: &ItemState<S>) -> Vec<i64> {
    state
        .installments
        .iter()
        .map(|installment| installment.open.minor())
        .collect()
}

#[test]
fn the_lines_of_a_delivery_are_owed_together_in_equal_parts() {
    let state = delivered(&[100, 0, 101, 50], Some(&in_days(&[28, 56, 84])));
    let registered = state.registered.clone().unwrap();
    assert_eq!(
        registered.item.item_id,
        payable_of_delivery(receive(Quantity::from_units(1), 1).receipt_id)
    );
    assert_eq!(
        registered.item.party,
        Some(v("11222333000181")),
        "who issued the NF-e"
    );
    assert_eq!(registered.party_name.as_deref(), Some("Torrefação Sul"));
    assert_eq!(
        amounts(&registered)
            .iter()
            .map(|row| row.0.as_str())
            .collect::<Vec<_>>(),
        ["2026-12-18", "2027-01-15", "2027-02-12"]
    );
    assert_eq!(open_of(&state), [84, 84, 83]);
    assert_eq!((state.amount, state.open()), (cents(251), cents(251)));
    assert_eq!(
        open_of(&delivered(&[100], None)),
        [100],
        "without terms it is one part"
    );
    assert!(
        delivered(&[0], None).registered.is_none(),
        "goods for nothing are owed nothing"
    );
}

fn back(event: u128) -> MoneyBack<'static> {
    static STORE: std::sync::LazyLock<posars_domain::StoreId> = std::sync::LazyLock::new(|| store().store_id);
    MoneyBack {
        event_id: uuid::Uuid::from_u128(event),
        position: 9,
        sale_id: record_sale().sale_id,
        return_id: None,
        store_id: &STORE,
        business_date: v("2026-11-25"),
        currency: posars_domain::Currency::BRL,
        party: None,
        reason: Some("Tamanho errado"),
    }
}

#[test]
fn what_comes_back_is_taken_off_the_last_instalments_first_and_the_rest_is_owed() {
    let sale = sale_paid_by(card(10_000, 3));
    let state = receivable(owed(&sale, ItemKind::Card, None).unwrap());
    let off = back(1).take_off([&state], cents(4_000));
    assert_eq!(off.left, Amount::ZERO);
    let part = |number, amount| InstallmentPart {
        number,
        amount: cents(amount),
    };
    assert_eq!(off.credits[0].parts, [part(3, 3_333), part(2, 667)]);
    assert_eq!(
        (off.credits[0].position, off.credits[0].reason.as_str()),
        (Some(9), "Tamanho errado")
    );
    let state = OpenItem::<Receivable>::evolve(state, &off.credits[0].clone().into());
    assert_eq!(open_of(&state), [3_334, 2_666, 0]);

    let off = back(2).take_off([&state, &state.clone()], cents(20_000));
    assert_eq!(off.left, cents(8_000), "two receivables of 60.00");
    assert_eq!(off.credits.len(), 2);
    let refund = back(2).refund(0, off.left, &v("2.1.09.001")).unwrap();
    assert_eq!(amounts(&refund), [("2026-11-25".to_owned(), 8_000, 0)]);
    assert!(back(2).refund(0, Amount::ZERO, &v("2.1.09.001")).is_none());
    assert_eq!(back(3).take_off([], cents(5)).left, cents(5));
}

proptest! {
    #[test]
    fn instalments_and_fees_sum_to_the_whole(amount in 1_i64..100_000_000, count in 1_u16..=120, fee_ppm in 0_u32..=1_000_000) {
        let sale = sale_paid_by(card(amount, count));
        let registered = owed(&sale, ItemKind::Card, Some(&terms(fee_ppm, 30))).unwrap();
        let sum = |of: fn(&posars_domain::open_item::Installment) -> Amount| {
            registered.installments.iter().map(|one| of(one).minor()).sum::<i64>()
        };
        prop_assert_eq!(sum(|one| one.amount), amount);
        let exact = i128::from(amount) * i128::from(fee_ppm);
        prop_assert_eq!(i128::from(sum(|one| one.expected_fee)), (exact + 500_000) / 1_000_000);
        for one in &registered.installments {
            prop_assert!(one.amount > Amount::ZERO && !one.expected_fee.is_negative() && one.expected_fee <= one.amount);
        }
    }

    #[test]
    fn a_delivery_is_owed_in_parts_as_equal_as_can_be(values in prop::collection::vec(0_i64..10_000, 1..12), parts in 1_u16..=6) {
        let due_days: Vec<u16> = (1..=parts).map(|part| part * 7).collect();
        let state = delivered(&values, Some(&in_days(&due_days)));
        let open = open_of(&state);
        prop_assert_eq!(open.iter().sum::<i64>(), values.iter().sum::<i64>());
        let (least, most) = (open.iter().min(), open.iter().max());
        prop_assert!(most.zip(least).is_none_or(|(most, least)| most - least <= 1), "{:?}", open);
    }

    #[test]
    fn never_more_is_taken_off_than_is_open(amount in 1_i64..10_000, count in 1_u16..=12, offs in prop::collection::vec(1_i64..5_000, 1..6)) {
        let mut state = receivable(owed(&sale_paid_by(card(amount, count)), ItemKind::Card, None).unwrap());
        for (off, event) in offs.iter().zip(1..) {
            let before = state.open();
            let taken = back(event).take_off([&state], cents(*off));
            for credit in taken.credits {
                prop_assert_eq!(Amount::checked_sum(credit.parts.iter().map(|part| part.amount)), Some(credit.amount));
                state = OpenItem::<Receivable>::evolve(state, &credit.into());
            }
            prop_assert_eq!(before.minor() - state.open().minor() + taken.left.minor(), *off);
            prop_assert!(state.installments.iter().all(|installment| !installment.open.is_negative()));
        }
    }
}
