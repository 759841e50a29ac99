//! What no document may bring into the log: days of nobody, tax numbers in the clear, codes that nobody can tell apart.

use crate::fixtures::{
    adjust, cents, given, nowhere, receive, record_return, record_sale, shop, store, v, void_sale,
};
use jiff::SignedDuration;
use posars_domain::company::{Company, DefineCompany};
use posars_domain::product::{DefineProduct, Product, RetireProduct};
use posars_domain::register::{DefineRegister, Register};
use posars_domain::sale::{Customer, OrderDiscount, RecordSale, Sale, SaleEvent};
use posars_domain::stock::Stock;
use posars_domain::store::{DefineStore, Store};
use posars_domain::{Currency, FiscalRef, Given, Quantity, ReceiptNumber, TaxId};

const CPF: &str = "529.982.247-25";
const CNPJ: &str = "12.ABC.345/01DE-35";
/// U+200B, U+202E, U+2066, U+FEFF and U+3164 within a code.
const INVISIBLE: [&str; 5] = [
    "caf\u{200b}e",
    "caf\u{202e}e",
    "caf\u{2066}e",
    "\u{feff}cafe",
    "cafe\u{3164}",
];

/// Times that are not set, of programs that have none, and the first moment taken by the clock of São Paulo.
const UNSET: [&str; 5] = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000000001Z",
    "1970-01-01T00:00:00Z",
    "1899-12-30T00:00:00Z",
    "2000-01-01T01:59:59.999999999Z",
];
const FIRST: &str = "2000-01-01T02:00:00Z";

fn sold() -> SaleEvent {
    given::<Sale>(&[]).when(record_sale(), &shop()).event()
}

#[test]
fn a_time_that_was_not_set_is_refused_in_every_command() {
    for unset in UNSET {
        let refused = ("DATE_OUT_OF_RANGE", Some("occurred_at"));
        let mut sale = record_sale();
        sale.occurred_at = v(unset);
        given::<Sale>(&[])
            .when(sale, &shop())
            .rejected(refused.0, refused.1);
        let mut void = void_sale();
        void.occurred_at = v(unset);
        given::<Sale>(&[sold()])
            .when(void, &shop())
            .rejected(refused.0, refused.1);
        let mut back = record_return(1, 1, "1");
        back.occurred_at = v(unset);
        given::<Sale>(&[sold()])
            .when(back, &shop())
            .rejected(refused.0, refused.1);
        let mut goods = receive(Quantity::from_units(1), 100);
        goods.occurred_at = v(unset);
        given::<Stock>(&[])
            .when(goods, &shop())
            .rejected(refused.0, refused.1);
        let mut count = adjust(Quantity::from_units(1));
        count.occurred_at = v(unset);
        given::<Stock>(&[])
            .when(count, &shop())
            .rejected(refused.0, refused.1);
    }
    let mut sale = record_sale();
    sale.occurred_at = v(FIRST);
    given::<Sale>(&[]).when(sale.clone(), &shop()).event();
    // The day begins earlier in the east; the clock is the store's.
    let mut eastern = store();
    eastern.time_zone = v("Asia/Tokyo");
    let east = Given {
        store: Some(&eastern),
        ..shop()
    };
    sale.occurred_at = v("1999-12-31T15:00:00Z");
    given::<Sale>(&[]).when(sale, &east).event();
}

#[test]
fn nothing_happens_to_a_sale_before_it() {
    let SaleEvent::SaleRecorded(recorded) = sold() else {
        panic!()
    };
    for (before_s, is_taken) in [(0, true), (24 * 3_600, true), (24 * 3_600 + 1, false)] {
        let occurred_at = recorded.occurred_at - SignedDuration::from_secs(before_s);
        let mut void = void_sale();
        void.occurred_at = occurred_at;
        let voided = given::<Sale>(&[sold()]).when(void, &shop());
        let mut back = record_return(1, 1, "1");
        back.occurred_at = occurred_at;
        let returned = given::<Sale>(&[sold()]).when(back, &shop());
        for then in [voided, returned] {
            if is_taken {
                then.event();
            } else {
                then.rejected("DATE_OUT_OF_RANGE", Some("occurred_at"));
            }
        }
    }
}

#[test]
fn a_due_date_is_of_this_age() {
    for (day, is_taken) in [
        ("0001-01-01", false),
        ("1970-01-01", false),
        ("1999-12-31", false),
        ("2000-01-01", true),
        ("2026-12-20", true),
        ("2099-12-31", true),
        ("2100-01-01", false),
        ("9999-12-31", false),
    ] {
        let mut sale = record_sale();
        sale.payments[0].due_date = Some(v(day));
        let then = given::<Sale>(&[]).when(sale, &shop());
        if is_taken {
            then.event();
        } else {
            then.rejected("DATE_OUT_OF_RANGE", Some("payments[0].due_date"));
        }
    }
}

#[test]
fn what_is_recorded_already_is_answered_as_before() {
    // Recorded by a release that took it.
    let SaleEvent::SaleRecorded(mut recorded) = sold() else {
        panic!()
    };
    recorded.occurred_at = v("0001-01-01T00:00:00Z");
    recorded.seller = Some(CPF.to_owned());
    recorded.payments[0].due_date = Some(v("9999-12-31"));
    recorded.payments[0].nsu = Some(format!("1\u{200b}{CPF}"));
    let mut again = record_sale();
    again.payments = recorded.payments.clone();
    again.occurred_at = recorded.occurred_at;
    again.seller = recorded.seller.clone();
    given::<Sale>(&[recorded.into()]).when(again, &shop()).nothing();
}

/// Puts a text into a field of a sale.
type Set = fn(&mut RecordSale, &str);

#[test]
fn a_sale_has_no_tax_number_outside_its_field() {
    let fields: [(&str, Set); 4] = [
        ("customer.subject_id", |sale, text| {
            sale.customer = Some(Customer {
                subject_id: Some(v(&text.replace(' ', "_"))),
                ..Customer::default()
            });
        }),
        ("seller", |sale, text| sale.seller = Some(text.to_owned())),
        ("order_discounts[0].reason", |sale, text| {
            let reason = Some(text.to_owned());
            sale.order_discounts = vec![OrderDiscount {
                amount: cents(0),
                reason,
            }];
        }),
        ("lines[1].description", |sale, text| {
            sale.lines[1].description = text.into();
        }),
    ];
    for (field, set) in fields {
        for text in [CPF, CNPJ, "11.222.333/0001-81"] {
            let mut sale = record_sale();
            set(&mut sale, text);
            let refused = given::<Sale>(&[])
                .when(sale, &shop())
                .rejected("TAX_ID_MISPLACED", Some(field));
            assert!(!format!("{refused:?} {refused}").contains("982"), "{refused}");
        }
    }
    for register_no in [
        "52998224725",
        "529.982.247-25",
        "11222333000181",
        "12ABC34501DE35",
    ] {
        let mut sale = record_sale();
        sale.register_no = Some(v(register_no));
        given::<Sale>(&[])
            .when(sale, &shop())
            .rejected("TAX_ID_MISPLACED", Some("register_no"));
    }
    // Beside it is the field for it, and what machines number may look like one.
    let mut sale = record_sale();
    sale.customer = Some(Customer {
        subject_id: Some(v("0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60")),
        tax_id: Some(v::<TaxId>(CPF).into()),
        name: None,
    });
    sale.receipt = Some(ReceiptNumber::new(None, "52998224725").unwrap());
    sale.payments[0].nsu = Some("52998224725".to_owned());
    sale.lines[0].sku = v("52998224725");
    sale.lines[1].sku = v("11222333000181");
    given::<Sale>(&[]).when(sale, &shop()).event();
}

#[test]
fn a_code_has_no_tax_number_as_people_write_it() {
    let codes: [(&str, Set); 5] = [
        ("lines[0].sku", |sale, text| sale.lines[0].sku = v(text)),
        ("receipt", |sale, text| {
            sale.receipt = Some(ReceiptNumber::new(None, text).unwrap());
        }),
        ("payments[0].nsu", |sale, text| {
            sale.payments[0].nsu = Some(text.to_owned());
        }),
        ("payments[0].brand", |sale, text| {
            sale.payments[0].brand = Some(text.to_owned());
        }),
        ("fiscal_ref.protocol", |sale, text| {
            sale.fiscal_ref = Some(FiscalRef {
                protocol: Some(text.to_owned()),
                ..FiscalRef::default()
            });
        }),
    ];
    for (field, set) in codes {
        let mut sale = record_sale();
        set(&mut sale, "529.982.247-25");
        given::<Sale>(&[])
            .when(sale, &shop())
            .rejected("TAX_ID_MISPLACED", Some(field));
    }
}

#[test]
fn no_other_command_brings_a_tax_number_in() {
    let misplaced = "TAX_ID_MISPLACED";
    let mut void = void_sale();
    void.reason = format!("cliente {CPF} desistiu");
    given::<Sale>(&[sold()])
        .when(void, &shop())
        .rejected(misplaced, Some("reason"));
    let mut back = record_return(1, 1, "1");
    back.reason = Some(CNPJ.to_owned());
    given::<Sale>(&[sold()])
        .when(back, &shop())
        .rejected(misplaced, Some("reason"));
    let mut goods = receive(Quantity::from_units(1), 100);
    goods.supplier = Some(CPF.to_owned());
    given::<Stock>(&[])
        .when(goods.clone(), &shop())
        .rejected(misplaced, Some("supplier"));
    goods.supplier = Some(CNPJ.to_owned());
    given::<Stock>(&[]).when(goods, &shop()).event();
    let mut count = adjust(Quantity::from_units(1));
    count.note = Some(format!("contado por {CPF}"));
    given::<Stock>(&[])
        .when(count, &shop())
        .rejected(misplaced, Some("note"));
}

fn product() -> DefineProduct {
    DefineProduct {
        sku: v("cafe"),
        name: "Café".to_owned(),
        gtin: None,
        ncm: None,
        unit: "UN".to_owned(),
        decimals: 0,
        tracked: true,
    }
}

#[test]
fn nothing_is_set_up_under_a_tax_number() {
    let misplaced = "TAX_ID_MISPLACED";
    let company = |company_id, name: &str| DefineCompany {
        company_id: v(company_id),
        name: name.to_owned(),
        cnpj: None,
        currency: Currency::BRL,
    };
    let store_of = |store_id, name: &str| DefineStore {
        store_id: v(store_id),
        name: name.to_owned(),
        cnpj: None,
        time_zone: store().time_zone,
        day_cutover: store().day_cutover,
        currency: Currency::BRL,
    };
    for (store_id, name, field) in [
        ("52998224725", "Centro", "id"),
        ("529.982.247_25", "Centro", "id"),
        ("centro", "João da Silva 52998224725", "name"),
    ] {
        let field = |kind: &str| {
            if field == "id" {
                format!("{kind}_id")
            } else {
                field.to_owned()
            }
        };
        given::<Company>(&[])
            .when(company(store_id, name), &nowhere())
            .rejected(misplaced, Some(&field("company")));
        given::<Store>(&[])
            .when(store_of(store_id, name), &nowhere())
            .rejected(misplaced, Some(&field("store")));
    }
    given::<Store>(&[])
        .when(store_of("11222333000181", "Centro"), &nowhere())
        .event();
    let register = DefineRegister {
        store_id: v("centro"),
        register_no: v("52998224725"),
        name: None,
    };
    let context = shop();
    given::<Register>(&[])
        .when(register, &context)
        .rejected(misplaced, Some("register_no"));
    let named = DefineProduct {
        name: format!("Kit de {CPF}"),
        ..product()
    };
    given::<Product>(&[])
        .when(named, &nowhere())
        .rejected(misplaced, Some("name"));
    let defined = given::<Product>(&[]).when(product(), &nowhere()).event();
    let retire = RetireProduct {
        sku: v("cafe"),
        reason: Some(CPF.to_owned()),
    };
    given::<Product>(&[defined])
        .when(retire, &nowhere())
        .rejected(misplaced, Some("reason"));
}

#[test]
fn a_code_has_visible_characters_only() {
    for code in INVISIBLE {
        let mut sale = record_sale();
        sale.lines[1].sku = v(code);
        given::<Sale>(&[])
            .when(sale, &shop())
            .rejected("SKU_INVALID", Some("lines[1].sku"));
        let mut sale = record_sale();
        sale.customer = Some(Customer {
            subject_id: Some(v(code)),
            ..Customer::default()
        });
        given::<Sale>(&[])
            .when(sale, &shop())
            .rejected("SUBJECT_ID_INVALID", Some("customer.subject_id"));
        let mut sale = record_sale();
        sale.receipt = Some(ReceiptNumber::new(Some("1"), code).unwrap());
        given::<Sale>(&[])
            .when(sale, &shop())
            .rejected("RECEIPT_NUMBER_INVALID", Some("receipt"));
        let mut sale = record_sale();
        sale.payments[0].pix_e2e_id = Some(code.to_owned());
        given::<Sale>(&[])
            .when(sale, &shop())
            .rejected("TEXT_HAS_CONTROL", Some("payments[0].pix_e2e_id"));
        let mut goods = receive(Quantity::from_units(1), 100);
        goods.sku = v(code);
        given::<Stock>(&[])
            .when(goods, &shop())
            .rejected("SKU_INVALID", Some("sku"));
        let mut count = adjust(Quantity::from_units(1));
        count.sku = v(code);
        given::<Stock>(&[])
            .when(count, &shop())
            .rejected("SKU_INVALID", Some("sku"));
        let product = DefineProduct {
            sku: v(code),
            ..product()
        };
        given::<Product>(&[])
            .when(product, &nowhere())
            .rejected("SKU_INVALID", Some("sku"));
    }
}

#[test]
fn what_was_defined_under_such_a_code_can_still_be_put_right() {
    let mut event = given::<Stock>(&[])
        .when(receive(Quantity::from_units(2), 100), &shop())
        .event();
    if let posars_domain::stock::StockEvent::StockReceived(received) = &mut event {
        received.sku = v("\u{feff}cafe");
    }
    let mut count = adjust(Quantity::from_units(-2));
    count.sku = v("\u{feff}cafe");
    given::<Stock>(&[event]).when(count, &shop()).event();
}

#[test]
fn no_text_turns_the_direction_of_writing_and_none_is_invisible() {
    let seller = |text: &str| RecordSale {
        seller: Some(text.to_owned()),
        ..record_sale()
    };
    for text in [
        "Ana \u{202e}anA",
        "\u{2066}Ana\u{2069}",
        "Ana\u{200f}",
        "\u{61c}Ana",
    ] {
        given::<Sale>(&[])
            .when(seller(text), &shop())
            .rejected("TEXT_HAS_CONTROL", Some("seller"));
    }
    // Emoji and their parts, soft hyphens and what joins letters are part of many a text.
    for text in ["Ana 👩\u{200d}🍳❤\u{fe0f}", "Ana \u{ad}Maria", "نمی\u{200c}خواهم"] {
        given::<Sale>(&[]).when(seller(text), &shop()).event();
    }
    let mut void = void_sale();
    void.reason = "\u{200b}\u{3164}".to_owned();
    given::<Sale>(&[sold()])
        .when(void, &shop())
        .rejected("FIELD_REQUIRED", Some("reason"));
    let nameless = DefineProduct {
        name: "\u{2800}".to_owned(),
        ..product()
    };
    given::<Product>(&[])
        .when(nameless, &nowhere())
        .rejected("FIELD_REQUIRED", Some("name"));
}
