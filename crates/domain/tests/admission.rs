//! What no document may bring into the log: days of nobody, tax numbers in the clear, codes that nobody can tell apart.

mod fixtures;

use fixtures::{
    adjust, cents, given, receive, record_return, record_sale, sale_context, stock_context, store, v,
    void_sale,
};
use posars_domain::company::{Company, CompanyContext, DefineCompany};
use posars_domain::product::{DefineProduct, Product, ProductContext, RetireProduct};
use posars_domain::register::{DefineRegister, Register, RegisterContext};
use posars_domain::sale::{Customer, OrderDiscount, RecordSale, Sale, SaleEvent};
use posars_domain::stock::Stock;
use posars_domain::store::{DefineStore, Store, StoreContext};
use posars_domain::{Currency, Quantity, ReceiptNumber};

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
    given::<Sale>(&[]).when(record_sale(), &sale_context()).event()
}

#[test]
fn a_time_that_was_not_set_is_refused_in_every_command() {
    for unset in UNSET {
        let refused = ("DATE_OUT_OF_RANGE", Some("occurred_at"));
        let mut sale = record_sale();
        sale.occurred_at = v(unset);
        given::<Sale>(&[])
            .when(sale, &sale_context())
            .rejected(refused.0, refused.1);
        let mut void = void_sale();
        void.occurred_at = v(unset);
        given::<Sale>(&[sold()])
            .when(void, &sale_context())
            .rejected(refused.0, refused.1);
        let mut back = record_return(1, 1, "1");
        back.occurred_at = v(unset);
        given::<Sale>(&[sold()])
            .when(back, &sale_context())
            .rejected(refused.0, refused.1);
        let mut goods = receive(Quantity::from_units(1), 100);
        goods.occurred_at = v(unset);
        given::<Stock>(&[])
            .when(goods, &stock_context())
            .rejected(refused.0, refused.1);
        let mut count = adjust(Quantity::from_units(1));
        count.occurred_at = v(unset);
        given::<Stock>(&[])
            .when(count, &stock_context())
            .rejected(refused.0, refused.1);
    }
    let mut sale = record_sale();
    sale.occurred_at = v(FIRST);
    given::<Sale>(&[]).when(sale.clone(), &sale_context()).event();
    // The day begins earlier in the east; the clock is the store's.
    let mut east = sale_context();
    if let Some(store) = &mut east.store {
        store.time_zone = v("Asia/Tokyo");
    }
    sale.occurred_at = v("1999-12-31T15:00:00Z");
    given::<Sale>(&[]).when(sale, &east).event();
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
        let then = given::<Sale>(&[]).when(sale, &sale_context());
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
    let mut again = record_sale();
    again.occurred_at = recorded.occurred_at;
    again.seller = recorded.seller.clone();
    given::<Sale>(&[recorded.into()])
        .when(again, &sale_context())
        .nothing();
}

#[test]
fn a_sale_has_no_tax_number_outside_its_field() {
    type Set = fn(&mut RecordSale, &str);
    let fields: [(&str, Set); 4] = [
        ("customer.subject_id", |sale, text| {
            sale.customer = Some(Customer {
                subject_id: Some(v(&text.replace(' ', "_"))),
                tax_id: None,
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
                .when(sale, &sale_context())
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
            .when(sale, &sale_context())
            .rejected("TAX_ID_MISPLACED", Some("register_no"));
    }
    // Beside it is the field for it, and what machines number may look like one.
    let mut sale = record_sale();
    sale.customer = Some(Customer {
        subject_id: Some(v("0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60")),
        tax_id: Some(v(CPF)),
    });
    sale.receipt = Some(ReceiptNumber::new(None, "52998224725").unwrap());
    sale.payments[0].nsu = Some("52998224725".to_owned());
    sale.lines[0].sku = v("52998224725");
    sale.lines[1].sku = v("11222333000181");
    given::<Sale>(&[]).when(sale, &sale_context()).event();
}

#[test]
fn no_other_command_brings_a_tax_number_in() {
    let misplaced = "TAX_ID_MISPLACED";
    let mut void = void_sale();
    void.reason = format!("cliente {CPF} desistiu");
    given::<Sale>(&[sold()])
        .when(void, &sale_context())
        .rejected(misplaced, Some("reason"));
    let mut back = record_return(1, 1, "1");
    back.reason = Some(CNPJ.to_owned());
    given::<Sale>(&[sold()])
        .when(back, &sale_context())
        .rejected(misplaced, Some("reason"));
    let mut goods = receive(Quantity::from_units(1), 100);
    goods.supplier = Some(CPF.to_owned());
    given::<Stock>(&[])
        .when(goods.clone(), &stock_context())
        .rejected(misplaced, Some("supplier"));
    goods.supplier = Some(CNPJ.to_owned());
    given::<Stock>(&[]).when(goods, &stock_context()).event();
    let mut count = adjust(Quantity::from_units(1));
    count.note = Some(format!("contado por {CPF}"));
    given::<Stock>(&[])
        .when(count, &stock_context())
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
            .when(company(store_id, name), &CompanyContext)
            .rejected(misplaced, Some(&field("company")));
        given::<Store>(&[])
            .when(store_of(store_id, name), &StoreContext)
            .rejected(misplaced, Some(&field("store")));
    }
    given::<Store>(&[])
        .when(store_of("11222333000181", "Centro"), &StoreContext)
        .event();
    let register = DefineRegister {
        store_id: v("centro"),
        register_no: v("52998224725"),
        name: None,
    };
    let context = RegisterContext { store: Some(store()) };
    given::<Register>(&[])
        .when(register, &context)
        .rejected(misplaced, Some("register_no"));
    let named = DefineProduct {
        name: format!("Kit de {CPF}"),
        ..product()
    };
    given::<Product>(&[])
        .when(named, &ProductContext)
        .rejected(misplaced, Some("name"));
    let defined = given::<Product>(&[]).when(product(), &ProductContext).event();
    let retire = RetireProduct {
        sku: v("cafe"),
        reason: Some(CPF.to_owned()),
    };
    given::<Product>(&[defined])
        .when(retire, &ProductContext)
        .rejected(misplaced, Some("reason"));
}

#[test]
fn a_code_has_visible_characters_only() {
    for code in INVISIBLE {
        let mut sale = record_sale();
        sale.lines[1].sku = v(code);
        given::<Sale>(&[])
            .when(sale, &sale_context())
            .rejected("SKU_INVALID", Some("lines[1].sku"));
        let mut sale = record_sale();
        sale.customer = Some(Customer {
            subject_id: Some(v(code)),
            tax_id: None,
        });
        given::<Sale>(&[])
            .when(sale, &sale_context())
            .rejected("SUBJECT_ID_INVALID", Some("customer.subject_id"));
        let mut sale = record_sale();
        sale.receipt = Some(ReceiptNumber::new(Some("1"), code).unwrap());
        given::<Sale>(&[])
            .when(sale, &sale_context())
            .rejected("RECEIPT_NUMBER_INVALID", Some("receipt"));
        let mut sale = record_sale();
        sale.payments[0].pix_e2e_id = Some(code.to_owned());
        given::<Sale>(&[])
            .when(sale, &sale_context())
            .rejected("TEXT_HAS_CONTROL", Some("payments[0].pix_e2e_id"));
        let mut goods = receive(Quantity::from_units(1), 100);
        goods.sku = v(code);
        given::<Stock>(&[])
            .when(goods, &stock_context())
            .rejected("SKU_INVALID", Some("sku"));
        let mut count = adjust(Quantity::from_units(1));
        count.sku = v(code);
        given::<Stock>(&[])
            .when(count, &stock_context())
            .rejected("SKU_INVALID", Some("sku"));
        let product = DefineProduct {
            sku: v(code),
            ..product()
        };
        given::<Product>(&[])
            .when(product, &ProductContext)
            .rejected("SKU_INVALID", Some("sku"));
    }
}

#[test]
fn what_was_defined_under_such_a_code_can_still_be_put_right() {
    let mut event = given::<Stock>(&[])
        .when(receive(Quantity::from_units(2), 100), &stock_context())
        .event();
    if let posars_domain::stock::StockEvent::StockReceived(received) = &mut event {
        received.sku = v("\u{feff}cafe");
    }
    let mut count = adjust(Quantity::from_units(-2));
    count.sku = v("\u{feff}cafe");
    given::<Stock>(&[event]).when(count, &stock_context()).event();
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
            .when(seller(text), &sale_context())
            .rejected("TEXT_HAS_CONTROL", Some("seller"));
    }
    // Emoji and their parts, soft hyphens and what joins letters are part of many a text.
    for text in ["Ana 👩\u{200d}🍳❤\u{fe0f}", "Ana \u{ad}Maria", "نمی\u{200c}خواهم"] {
        given::<Sale>(&[]).when(seller(text), &sale_context()).event();
    }
    let mut void = void_sale();
    void.reason = "\u{200b}\u{3164}".to_owned();
    given::<Sale>(&[sold()])
        .when(void, &sale_context())
        .rejected("FIELD_REQUIRED", Some("reason"));
    let nameless = DefineProduct {
        name: "\u{2800}".to_owned(),
        ..product()
    };
    given::<Product>(&[])
        .when(nameless, &ProductContext)
        .rejected("FIELD_REQUIRED", Some("name"));
}
