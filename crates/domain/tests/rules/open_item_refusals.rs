//! What is refused of what is owed, whatever has happened.

use crate::fixtures::owed::*;
use crate::fixtures::{cents, given, nowhere, v};
use posars_domain::books::GivenBooks;
use posars_domain::chart::{Chart, ChartDefined, ChartEvent};
use posars_domain::open_item::{
    CancelItem, CreditItem, DuePart, ItemKind, ItemSide as _, MatchKeys, OpenItem, Payable, Receivable,
    ReceivableEvent, RegisterItem, RescheduleItem, ReverseSettlement, SettleItem, WriteOffItem,
};
use posars_domain::{Aggregate as _, Amount, Given};

#[test]
fn instalments_must_sum_to_the_amount_and_stand_in_order() {
    let with = |installments: Vec<DuePart>| RegisterItem {
        installments,
        ..rent()
    };
    refused(
        &[],
        with(vec![part("2026-04-30", 99_999)]),
        "INSTALLMENTS_MISMATCH",
        "installments",
    );
    refused(&[], with(Vec::new()), "LIST_EMPTY", "installments");
    let many = vec![part("2026-04-30", 1); 121];
    refused(&[], with(many), "LIST_TOO_LONG", "installments");
    let turned = vec![part("2026-05-31", 40_000), part("2026-04-30", 60_000)];
    refused(
        &[],
        with(turned),
        "DUE_DATES_NOT_RISING",
        "installments[1].due_date",
    );
    let huge = vec![part("2026-04-30", 9_007_199_254_740_991); 2];
    refused(&[], with(huge), "AMOUNT_OUT_OF_RANGE", "amount");
}

#[test]
fn amounts_are_above_zero_and_in_range() {
    for (amount, reason) in [
        (0, "AMOUNT_ZERO"),
        (-1, "AMOUNT_NEGATIVE"),
        (i64::MAX, "AMOUNT_OUT_OF_RANGE"),
    ] {
        let amount = cents(amount);
        refused(&[], RegisterItem { amount, ..rent() }, reason, "amount");
        let installments = vec![DuePart {
            amount,
            ..part("2026-04-30", 1)
        }];
        refused(
            &[],
            RegisterItem {
                installments,
                ..rent()
            },
            reason,
            "installments[0].amount",
        );
        refused(
            &registered(),
            SettleItem {
                amount,
                ..settle(1, 1, 1)
            },
            reason,
            "amount",
        );
    }
}

#[test]
fn fees_discounts_and_interest_are_within_what_they_are_of() {
    let kept = |expected_fee: i64| RegisterItem {
        installments: vec![DuePart {
            expected_fee: cents(expected_fee),
            ..part("2026-04-30", 100_000)
        }],
        ..rent()
    };
    refused(
        &[],
        kept(100_001),
        "FEE_EXCEEDS_AMOUNT",
        "installments[0].expected_fee",
    );
    refused(&[], kept(-1), "AMOUNT_NEGATIVE", "installments[0].expected_fee");
    for (field, command) in [
        (
            "fee",
            SettleItem {
                fee: cents(-1),
                ..settle(1, 1, 1)
            },
        ),
        (
            "discount",
            SettleItem {
                discount: cents(-1),
                ..settle(1, 1, 1)
            },
        ),
        (
            "interest",
            SettleItem {
                interest: cents(-1),
                ..settle(1, 1, 1)
            },
        ),
    ] {
        refused(&registered(), command, "AMOUNT_NEGATIVE", field);
    }
    let discount = cents(11);
    refused(
        &registered(),
        SettleItem {
            discount,
            ..settle(1, 1, 10)
        },
        "DISCOUNT_EXCEEDS_AMOUNT",
        "discount",
    );
    let interest = Amount::MAX;
    refused(
        &registered(),
        SettleItem {
            interest,
            ..settle(1, 1, 10)
        },
        "AMOUNT_OUT_OF_RANGE",
        "amount",
    );
}

#[test]
fn a_fee_is_kept_of_a_receivable_and_comes_on_top_of_a_payable() {
    let mut sold: Vec<ReceivableEvent> = Vec::new();
    then(&mut sold, register::<Receivable>(ItemKind::Boleto));
    let fee = cents(11);
    given::<OpenItem<Receivable>>(&sold)
        .when(
            SettleItem {
                fee,
                ..settle(1, 1, 10)
            },
            &books(),
        )
        .rejected("FEE_EXCEEDS_AMOUNT", Some("fee"));
    let mut history = registered();
    then(
        &mut history,
        SettleItem {
            fee,
            ..settle::<Payable>(1, 1, 10)
        },
    );
    assert_eq!(open_of::<Payable>(&history), [59_990, 40_000]);
}

#[test]
fn a_kind_of_the_other_side_is_refused() {
    for kind in Receivable::KINDS {
        refused(&[], register(*kind), "ITEM_KIND_OF_OTHER_SIDE", "kind");
    }
    for kind in Payable::KINDS {
        given::<OpenItem<Receivable>>(&[])
            .when(register(*kind), &books())
            .rejected("ITEM_KIND_OF_OTHER_SIDE", Some("kind"));
    }
}

#[test]
fn every_amount_is_in_the_currency_of_the_books() {
    let currency = v("USD");
    refused(
        &[],
        RegisterItem { currency, ..rent() },
        "CURRENCY_MISMATCH",
        "currency",
    );
    let history = registered();
    refused(
        &history,
        SettleItem {
            currency,
            ..settle(1, 1, 1)
        },
        "CURRENCY_MISMATCH",
        "currency",
    );
    refused(
        &history,
        CreditItem {
            currency,
            ..credit(1)
        },
        "CURRENCY_MISMATCH",
        "currency",
    );
    refused(
        &history,
        WriteOffItem {
            currency: Some(currency),
            ..write_off(None)
        },
        "CURRENCY_MISMATCH",
        "currency",
    );
    let schedule = reschedule(vec![part("2026-07-31", 100_000)]);
    refused(
        &history,
        RescheduleItem { currency, ..schedule },
        "CURRENCY_MISMATCH",
        "currency",
    );
}

#[test]
fn days_are_of_this_century() {
    let history = registered();
    for day in ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"] {
        let business_date = v(day);
        refused(
            &[],
            RegisterItem {
                business_date,
                ..rent()
            },
            "DATE_OUT_OF_RANGE",
            "business_date",
        );
        let installments = vec![part(day, 100_000)];
        refused(
            &[],
            RegisterItem {
                installments,
                ..rent()
            },
            "DATE_OUT_OF_RANGE",
            "installments[0].due_date",
        );
        refused(
            &history,
            SettleItem {
                business_date,
                ..settle(1, 1, 1)
            },
            "DATE_OUT_OF_RANGE",
            "business_date",
        );
    }
}

#[test]
fn days_of_what_lowers_an_item_are_of_this_century() {
    let history = registered();
    for day in ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"] {
        let business_date = v(day);
        refused(
            &history,
            CreditItem {
                business_date,
                ..credit(1)
            },
            "DATE_OUT_OF_RANGE",
            "business_date",
        );
        refused(
            &history,
            WriteOffItem {
                business_date,
                ..write_off(None)
            },
            "DATE_OUT_OF_RANGE",
            "business_date",
        );
        refused(
            &history,
            CancelItem {
                business_date,
                ..cancel()
            },
            "DATE_OUT_OF_RANGE",
            "business_date",
        );
        let schedule = reschedule(vec![part("2026-07-31", 100_000)]);
        refused(
            &history,
            RescheduleItem {
                business_date,
                ..schedule
            },
            "DATE_OUT_OF_RANGE",
            "business_date",
        );
    }
}

#[test]
fn no_day_is_before_what_it_is_about() {
    let history = registered();
    let business_date = v("2026-03-31");
    refused(
        &history,
        SettleItem {
            business_date,
            ..settle(1, 1, 1)
        },
        "DATE_BEFORE_ITEM",
        "business_date",
    );
    let mut paid = history;
    then(&mut paid, settle::<Payable>(1, 1, 1));
    let business_date = v("2026-05-09");
    refused(
        &paid,
        ReverseSettlement {
            business_date,
            ..reverse(1)
        },
        "DATE_BEFORE_ITEM",
        "business_date",
    );
}

#[test]
fn accounts_that_are_not_posted_to_by_hand_are_refused() {
    let history = registered();
    for (account, reason) in [
        ("9.9.99", "ACCOUNT_UNKNOWN"),
        ("1.1.01", "ACCOUNT_NOT_POSTABLE"),
        ("1.1.03.001", "ACCOUNT_IS_CONTROLLED"),
    ] {
        let counter = v(account);
        refused(&[], RegisterItem { counter, ..rent() }, reason, "counter_account");
        let money_account = v(account);
        refused(
            &history,
            SettleItem {
                money_account,
                ..settle(1, 1, 1)
            },
            reason,
            "money_account",
        );
    }
    let cost_center = Some(v("diretoria"));
    refused(
        &[],
        RegisterItem {
            cost_center,
            ..rent()
        },
        "COST_CENTER_UNKNOWN",
        "cost_center",
    );
    let chart = Chart::fold(&[ChartEvent::from(ChartDefined {
        roles: Vec::new(),
        ..ChartDefined::brazilian_retail()
    })]);
    let given_books = books();
    let roleless = Given {
        books: given_books.books.map(|books| GivenBooks {
            chart: &chart,
            ..books
        }),
        ..given_books
    };
    given::<OpenItem<Payable>>(&[])
        .when(rent(), &roleless)
        .rejected("KIND_HAS_NO_ACCOUNT", Some("kind"));
    given::<OpenItem<Payable>>(&[])
        .when(rent(), &nowhere())
        .rejected("BOOKS_NOT_BEGUN", None);
}

#[test]
fn no_number_of_a_person_gets_into_an_item() {
    refused(
        &[],
        RegisterItem {
            party: Some(v("529.982.247-25")),
            ..rent()
        },
        "TAX_ID_MISPLACED",
        "party",
    );
    for text in ["Ana 529.982.247-25", "52998224725"] {
        let name = Some(text.to_owned());
        refused(
            &[],
            RegisterItem {
                party_name: name.clone(),
                ..rent()
            },
            "TAX_ID_MISPLACED",
            "party_name",
        );
        refused(
            &[],
            RegisterItem { memo: name, ..rent() },
            "TAX_ID_MISPLACED",
            "memo",
        );
        let reason = text.to_owned();
        refused(
            &registered(),
            CreditItem { reason, ..credit(1) },
            "TAX_ID_MISPLACED",
            "reason",
        );
    }
    let code = Some("529.982.247-25".to_owned());
    refused(
        &[],
        RegisterItem {
            document: code.clone(),
            ..rent()
        },
        "TAX_ID_MISPLACED",
        "document",
    );
    let keys = MatchKeys {
        nsu: code.clone(),
        ..MatchKeys::default()
    };
    refused(
        &[],
        RegisterItem { keys, ..rent() },
        "TAX_ID_MISPLACED",
        "keys.nsu",
    );
    let settled = SettleItem {
        bank_reference: code,
        ..settle(1, 1, 1)
    };
    refused(&registered(), settled, "TAX_ID_MISPLACED", "bank_reference");
    given::<OpenItem<Payable>>(&[])
        .when(
            RegisterItem {
                party: Some(v("12ABC34501DE35")),
                ..rent()
            },
            &books(),
        )
        .accepted();
}

#[test]
fn what_is_not_registered_cannot_be_changed() {
    refused(&[], settle(1, 1, 1), "ITEM_UNKNOWN", "item_id");
    refused(&[], reverse(1), "ITEM_UNKNOWN", "item_id");
    refused(&[], credit(1), "ITEM_UNKNOWN", "item_id");
    refused(&[], write_off(None), "ITEM_UNKNOWN", "item_id");
    refused(&[], cancel(), "ITEM_UNKNOWN", "item_id");
    refused(
        &[],
        reschedule(vec![part("2026-07-31", 1)]),
        "ITEM_UNKNOWN",
        "item_id",
    );
}
