//! The rules about terms of payment.

use crate::fixtures::{given, nowhere, v};
use jiff::civil::{Date, date};
use posars_domain::terms::{
    DefineReceiptTerms, DefineSupplierTerms, PayOut, ReceiptTerms, ReceiptTermsDefined, SupplierTerms,
    SupplierTermsDefined, TERMS_MAX, Terms, TermsEvent, TermsState,
};
use posars_domain::{Aggregate as _, PaymentMethod};

const TODAY: Date = date(2026, 11, 20);
const ACQUIRER: &str = "11.222.333/0001-81";

fn receipt(acquirer: Option<&str>, brand: Option<&str>, fee_ppm: u32, valid_from: Date) -> ReceiptTerms {
    ReceiptTerms {
        method: PaymentMethod::CREDIT_CARD,
        acquirer_cnpj: acquirer.map(v),
        brand: brand.map(str::to_owned),
        installments_from: 1,
        installments_to: 12,
        fee_ppm,
        first_days: 30,
        every_days: 30,
        valid_from,
    }
}

fn recorded(terms: impl IntoIterator<Item = ReceiptTerms>) -> Vec<TermsEvent> {
    let events = terms
        .into_iter()
        .map(|terms| ReceiptTermsDefined { terms }.into());
    events.collect()
}

#[test]
fn without_terms_each_method_is_paid_out_as_usual() {
    let terms = TermsState::default();
    let of = |method: &str| terms.receipt_terms(&v(method), None, None, 3, TODAY);
    let after = |first_days| PayOut {
        fee_ppm: 0,
        first_days,
        every_days: 30,
    };
    assert_eq!(of("credit_card"), after(30));
    assert_eq!(of("debit_card"), after(1));
    for method in ["cash", "pix", "pix_static", "transfer", "deposit"] {
        assert_eq!(of(method), after(0), "{method}");
    }
    for method in [
        "food",
        "meal",
        "fuel",
        "boleto",
        "trade_bill",
        "store_credit",
        "later",
        "check",
        "fichas",
    ] {
        assert_eq!(of(method), after(30), "{method}");
    }
    assert_eq!(terms.supplier_terms(Some("Moinho"), TODAY), [30]);
    assert_eq!(terms.supplier_terms(None, TODAY), [30]);
}

#[test]
fn the_closest_terms_hold_and_of_these_the_newest() {
    let history = recorded([
        receipt(None, None, 10, date(2026, 1, 1)),
        receipt(None, Some("Visa"), 20, date(2026, 1, 1)),
        receipt(Some(ACQUIRER), None, 30, date(2026, 1, 1)),
        receipt(Some(ACQUIRER), Some("Visa"), 40, date(2026, 1, 1)),
        receipt(None, None, 11, date(2026, 11, 20)),
        receipt(None, None, 12, date(2026, 11, 21)),
        ReceiptTerms {
            installments_from: 7,
            ..receipt(None, None, 13, date(2026, 11, 1))
        },
    ]);
    let terms = Terms::fold(&history);
    let fee = |acquirer: Option<&str>, brand: Option<&str>, installments: u16, day: Date| {
        let acquirer = acquirer.map(v);
        let method = PaymentMethod::CREDIT_CARD;
        terms
            .receipt_terms(&method, acquirer.as_ref(), brand, installments, day)
            .fee_ppm
    };
    assert_eq!(fee(None, None, 1, TODAY), 11);
    assert_eq!(fee(None, None, 1, date(2026, 11, 19)), 10);
    assert_eq!(fee(None, None, 7, date(2026, 11, 19)), 13);
    assert_eq!(fee(None, None, 7, TODAY), 11);
    assert_eq!(fee(None, None, 1, date(2026, 11, 21)), 12);
    assert_eq!(fee(None, Some(" VISA"), 1, TODAY), 20);
    assert_eq!(fee(None, Some("Elo"), 1, TODAY), 11);
    assert_eq!(fee(Some(ACQUIRER), Some("Elo"), 1, TODAY), 30);
    assert_eq!(fee(Some(ACQUIRER), Some("visa"), 1, TODAY), 40);
    assert_eq!(fee(Some("11.444.777/0001-61"), None, 1, TODAY), 11);
    assert_eq!(fee(None, None, 13, TODAY), 0, "beyond all instalments: as usual");
    assert_eq!(
        fee(None, None, 1, date(2025, 12, 31)),
        0,
        "before all terms: as usual"
    );
}

#[test]
fn a_supplier_is_paid_by_its_own_terms_first() {
    let supplier = |supplier: Option<&str>, due_days: &[u16], valid_from: Date| {
        TermsEvent::SupplierTermsDefined(SupplierTermsDefined {
            terms: SupplierTerms {
                supplier: supplier.map(str::to_owned),
                due_days: due_days.to_vec(),
                valid_from,
            },
        })
    };
    let terms = Terms::fold(&[
        supplier(None, &[15], date(2026, 1, 1)),
        supplier(Some("Moinho São Jorge"), &[28, 35, 42], date(2026, 6, 1)),
        supplier(Some("Moinho São Jorge"), &[7], date(2026, 3, 1)),
    ]);
    assert_eq!(
        terms.supplier_terms(Some("MOINHO SÃO JORGE "), TODAY),
        [28, 35, 42]
    );
    assert_eq!(
        terms.supplier_terms(Some("Moinho São Jorge"), date(2026, 5, 31)),
        [7]
    );
    assert_eq!(
        terms.supplier_terms(Some("Moinho São Jorge"), date(2026, 2, 1)),
        [15]
    );
    assert_eq!(terms.supplier_terms(Some("Outro"), TODAY), [15]);
    assert_eq!(terms.supplier_terms(None, date(2025, 12, 31)), [30]);
}

fn defined(terms: ReceiptTerms) -> TermsEvent {
    let command = DefineReceiptTerms { terms };
    given::<Terms>(&[]).when(command, &nowhere()).event()
}

fn refused(history: &[TermsEvent], terms: ReceiptTerms, reason: &str, field: Option<&str>) {
    let command = DefineReceiptTerms { terms };
    given::<Terms>(history)
        .when(command, &nowhere())
        .rejected(reason, field);
}

fn from_november(acquirer: Option<&str>, brand: Option<&str>) -> ReceiptTerms {
    receipt(acquirer, brand, 29_900, date(2026, 11, 1))
}

#[test]
fn terms_of_receipts_are_defined_once_and_do_not_overlap() {
    let history = [defined(from_november(None, Some(" Visa ")))];
    let TermsEvent::ReceiptTermsDefined(event) = &history[0] else {
        unreachable!()
    };
    assert_eq!(event.terms.brand.as_deref(), Some("Visa"));
    let again = DefineReceiptTerms {
        terms: from_november(None, Some("Visa")),
    };
    given::<Terms>(&history).when(again, &nowhere()).nothing();
    let dearer = ReceiptTerms {
        fee_ppm: 35_000,
        ..from_november(None, Some("VISA"))
    };
    let overlap = ("TERMS_OVERLAP", Some("valid_from"));
    refused(&history, dearer.clone(), overlap.0, overlap.1);
    let some = ReceiptTerms {
        installments_from: 12,
        installments_to: 24,
        ..dearer.clone()
    };
    refused(&history, some.clone(), overlap.0, overlap.1);
    for apart in [
        ReceiptTerms {
            installments_from: 13,
            ..some
        },
        ReceiptTerms {
            valid_from: date(2026, 11, 2),
            ..dearer.clone()
        },
        ReceiptTerms {
            brand: None,
            ..dearer.clone()
        },
        ReceiptTerms {
            acquirer_cnpj: Some(v(ACQUIRER)),
            ..dearer
        },
    ] {
        let command = DefineReceiptTerms { terms: apart };
        given::<Terms>(&history).when(command, &nowhere()).event();
    }
}

#[test]
fn terms_of_receipts_have_bounds() {
    let terms = from_november(None, None);
    let from_to = |installments_from, installments_to| ReceiptTerms {
        installments_from,
        installments_to,
        ..terms.clone()
    };
    for wrong in [from_to(0, 12), from_to(2, 1)] {
        refused(&[], wrong, "INSTALLMENTS_INVALID", Some("installments_from"));
    }
    let fee = |fee_ppm| ReceiptTerms {
        fee_ppm,
        ..terms.clone()
    };
    defined(fee(1_000_000));
    refused(&[], fee(1_000_001), "FEE_OUT_OF_RANGE", Some("fee_ppm"));
    let days = |first_days, every_days| ReceiptTerms {
        first_days,
        every_days,
        ..terms.clone()
    };
    defined(days(366, 366));
    refused(&[], days(367, 0), "DAYS_OUT_OF_RANGE", Some("first_days"));
    refused(&[], days(0, 367), "DAYS_OUT_OF_RANGE", Some("every_days"));
    let long = "v".repeat(81);
    refused(
        &[],
        from_november(None, Some(&long)),
        "TEXT_TOO_LONG",
        Some("brand"),
    );
    let personal = from_november(None, Some("529.982.247-25"));
    refused(&[], personal, "TAX_ID_MISPLACED", Some("brand"));
    for day in [date(1, 1, 1), date(9999, 12, 31)] {
        let wrong = ReceiptTerms {
            valid_from: day,
            ..terms.clone()
        };
        refused(&[], wrong, "DATE_OUT_OF_RANGE", Some("valid_from"));
    }
}

fn paid_after(due_days: &[u16]) -> DefineSupplierTerms {
    DefineSupplierTerms {
        terms: SupplierTerms {
            supplier: Some("Moinho".to_owned()),
            due_days: due_days.to_vec(),
            valid_from: TODAY,
        },
    }
}

#[test]
fn terms_of_a_supplier_are_defined_once_and_do_not_overlap() {
    let history = [given::<Terms>(&[]).when(paid_after(&[0, 30]), &nowhere()).event()];
    given::<Terms>(&history)
        .when(paid_after(&[0, 30]), &nowhere())
        .nothing();
    let mut other = paid_after(&[28]);
    other.terms.supplier = Some(" MOINHO".to_owned());
    given::<Terms>(&history)
        .when(other.clone(), &nowhere())
        .rejected("TERMS_OVERLAP", Some("valid_from"));
    other.terms.supplier = None;
    given::<Terms>(&history).when(other, &nowhere()).event();
}

#[test]
fn terms_of_a_supplier_have_bounds() {
    let wrong = |command: DefineSupplierTerms, reason: &str, field: &str| {
        given::<Terms>(&[])
            .when(command, &nowhere())
            .rejected(reason, Some(field));
    };
    wrong(paid_after(&[]), "LIST_EMPTY", "due_days");
    let many: Vec<u16> = (1..=61).collect();
    wrong(paid_after(&many), "LIST_TOO_LONG", "due_days");
    wrong(paid_after(&[30, 30]), "DAYS_OUT_OF_RANGE", "due_days[1]");
    wrong(paid_after(&[60, 30]), "DAYS_OUT_OF_RANGE", "due_days[1]");
    wrong(paid_after(&[1_831]), "DAYS_OUT_OF_RANGE", "due_days[0]");
    let mut command = paid_after(&[1_830]);
    given::<Terms>(&[]).when(command.clone(), &nowhere()).event();
    command.terms.valid_from = date(9999, 12, 31);
    wrong(command.clone(), "DATE_OUT_OF_RANGE", "valid_from");
    command.terms.valid_from = TODAY;
    command.terms.supplier = Some("Ana 529.982.247-25".to_owned());
    wrong(command.clone(), "TAX_ID_MISPLACED", "supplier");
    command.terms.supplier = Some("a".repeat(201));
    wrong(command, "TEXT_TOO_LONG", "supplier");
}

#[test]
fn terms_are_bounded() {
    let many = (0..TERMS_MAX).map(|number| ReceiptTerms {
        brand: Some(format!("brand {number}")),
        ..from_november(None, None)
    });
    let history = recorded(many);
    refused(&history, from_november(None, None), "TERMS_FULL", None);
    given::<Terms>(&history)
        .when(paid_after(&[30]), &nowhere())
        .rejected("TERMS_FULL", None);
}
