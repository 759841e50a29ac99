//! The value types: money, quantities, check digits, ids and the trading day.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::fixtures::{cents, v};
use jiff::civil::time;
use jiff::tz::TimeZone;
use posars_domain::{
    AccessKey, Amount, ApportionError, Cnpj, Cpf, Currency, Gtin, InvalidValue, LineId, Money, Ncm,
    PaymentCode, PaymentMethod, Quantity, ReceiptNumber, RegisterNo, Rejection, Sku, StoreId, StoreZone,
    SubjectId, TaxId, UnitPrice, apportion, business_date,
};
use proptest::prelude::*;

fn reason<T: std::str::FromStr<Err = InvalidValue> + std::fmt::Debug>(text: &str) -> &'static str {
    text.parse::<T>().unwrap_err().reason()
}

#[test]
fn published_cnpj_check_digits() {
    assert_eq!(Cnpj::check_digits("12ABC34501DE"), Some([3, 5]));
    assert_eq!(Cnpj::check_digits("112223330001"), Some([8, 1]));
    assert_eq!(Cnpj::check_digits("000000000001"), Some([9, 1]));
    assert_eq!(Cnpj::check_digits("12abc34501de"), None);
    assert_eq!(v::<Cnpj>("12.abc.345/01de-35").as_str(), "12ABC34501DE35");
}

#[test]
fn published_cpf_check_digits() {
    assert_eq!(Cpf::check_digits("111444777"), Some([3, 5]));
    assert_eq!(v::<Cpf>("111.444.777-35").as_str(), "11144477735");
}

#[test]
fn invalid_tax_id() {
    for text in [
        "12ABC34501DE36",
        "11222333000180",
        "00000000000000",
        "1122233300018",
        "1122233300018A",
        "",
    ] {
        assert_eq!(reason::<Cnpj>(text), "INVALID_TAX_ID", "{text}");
    }
    for text in [
        "11144477736",
        "11111111111",
        "1114447773",
        "1114447773A",
        "çççççççççç1",
    ] {
        assert_eq!(reason::<Cpf>(text), "INVALID_TAX_ID", "{text}");
        assert_eq!(reason::<TaxId>(text), "INVALID_TAX_ID", "{text}");
    }
    assert!(matches!(v::<TaxId>("11144477735"), TaxId::Cpf(_)));
    assert!(matches!(v::<TaxId>("11222333000181"), TaxId::Cnpj(_)));
}

#[test]
fn a_cpf_stays_out_of_errors_and_debug_output() {
    let error = "111.444.777-36".parse::<Cpf>().unwrap_err();
    assert!(
        !format!("{error} {error:?} {:?}", error.metadata()).contains("444"),
        "{error:?}"
    );
    assert_eq!(format!("{:?}", v::<Cpf>("11144477735")), "Cpf(***.444.777-**)");
}

#[test]
fn gtin_of_every_length() {
    for text in ["96385074", "614141000036", "7891000100103", "17891000100100"] {
        assert_eq!(v::<Gtin>(text).as_str(), text);
    }
    for text in [
        "96385075",
        "7891000100104",
        "789100010010",
        "",
        "SEM GTIN",
        "789100010010X",
    ] {
        assert_eq!(reason::<Gtin>(text), "GTIN_INVALID", "{text}");
    }
    assert_eq!(Gtin::parse_optional(" sem gtin "), Ok(None));
    assert_eq!(
        v::<Gtin>("614141000036").canonical(),
        v::<Gtin>("0614141000036").canonical()
    );
}

#[test]
fn ids_keep_to_their_alphabet() {
    assert_eq!(reason::<StoreId>("loja-1"), "STORE_ID_INVALID");
    assert_eq!(reason::<StoreId>(&"a".repeat(41)), "STORE_ID_INVALID");
    assert_eq!(reason::<Sku>("a b"), "SKU_INVALID");
    assert_eq!(reason::<Sku>(&"ã".repeat(61)), "SKU_INVALID");
    assert_eq!(v::<Sku>(&"ã".repeat(60)).as_str().chars().count(), 60);
    assert_eq!(reason::<RegisterNo>(""), "REGISTER_NO_INVALID");
    assert_eq!(reason::<AccessKey>("123"), "ACCESS_KEY_INVALID");
    assert_eq!(reason::<Ncm>("1012100"), "NCM_INVALID");
    assert_eq!(reason::<Currency>("brl"), "CURRENCY_INVALID");
    assert_eq!(reason::<StoreZone>("America/Narnia"), "TIME_ZONE_UNKNOWN");
    assert_eq!(reason::<ReceiptNumber>("1:2:3"), "RECEIPT_NUMBER_INVALID");
    assert_eq!(reason::<LineId>("-1"), "LINE_ID_INVALID");
    assert_eq!(reason::<posars_domain::SaleId>("7"), "SALE_ID_INVALID");
}

#[test]
fn ids_from_names() {
    assert_eq!(
        v::<StoreId>("loja_sao_joao"),
        StoreId::from_name("  Loja São-João! ").unwrap()
    );
    assert_eq!(
        Sku::from_name("Café 500 g (½)").unwrap().as_str(),
        "cafe_500_g_1_2"
    );
    assert_eq!(Sku::from_name("商店").unwrap_err().reason(), "SKU_INVALID");
    let long = |tail: &str| Sku::from_name(&format!("{} {tail}", "camiseta ".repeat(10))).unwrap();
    assert_eq!(long("azul").as_str().len(), 60);
    assert_ne!(long("azul"), long("verde"), "two long names stay two products");
    assert_eq!(long("azul"), long("AZUL"));
}

#[test]
fn payment_codes_are_open() {
    assert_eq!(PaymentMethod::from_nfe_code(&v("17")), PaymentMethod::PIX);
    assert_eq!(PaymentMethod::from_nfe_code(&v("21")).as_str(), "nfe_21");
    assert_eq!(PaymentMethod::NOT_INFORMED.nfe_code(), None);
    assert_eq!(reason::<PaymentCode>("1"), "PAYMENT_CODE_INVALID");
    assert_eq!(reason::<PaymentMethod>("Cartão"), "PAYMENT_METHOD_INVALID");
    assert_eq!(v::<PaymentMethod>("vale_troca").as_str(), "vale_troca");
}

#[test]
fn money_is_shown_and_read_in_major_units() {
    let money = Money {
        amount: cents(-1234),
        currency: Currency::BRL,
    };
    assert_eq!(money.to_string(), "BRL -12.34");
    assert_eq!(v::<Money>("BRL -12.34"), money);
    assert_eq!(v::<Money>("JPY 12").amount, cents(12));
    assert_eq!(v::<Money>("KWD 1.234").amount, cents(1234));
    assert_eq!(reason::<Money>("BRL 1.234"), "AMOUNT_DECIMALS");
    assert_eq!(reason::<Money>("BRL 90071992547409.92"), "AMOUNT_OUT_OF_RANGE");
    assert_eq!(Currency::BRL.rounded(v("1.005")).unwrap(), cents(101));
    assert_eq!(Currency::BRL.rounded(v("-1.005")).unwrap(), cents(-101));
    assert_eq!(money.checked_add(v("USD 1")), None);
}

#[test]
fn quantities_and_prices_are_exact() {
    assert_eq!(v::<Quantity>("1.5000").to_string(), "1.5");
    assert_eq!(v::<Quantity>("-0.0001").ten_thousandths(), -1);
    assert_eq!(v::<Quantity>("1500").to_string(), "1500");
    assert_eq!(reason::<Quantity>("0.00001"), "QUANTITY_INVALID");
    assert_eq!(reason::<Quantity>("900719925474.0992"), "QUANTITY_INVALID");
    assert_eq!(reason::<Quantity>("1,5"), "QUANTITY_INVALID");
    for price in ["70", "70.5", "18446744073709551616", "0"] {
        assert_eq!(v::<UnitPrice>(price).to_string(), price);
    }
    assert_eq!(v::<UnitPrice>("70.00").to_string(), "70");
    assert_eq!(format!("{:.2}", v::<UnitPrice>("70")), "70.00");
    assert_eq!(reason::<UnitPrice>("-1"), "UNIT_PRICE_INVALID");
    assert_eq!(reason::<UnitPrice>("0.00000000001"), "UNIT_PRICE_INVALID");
    assert_eq!(
        v::<Quantity>("0.3333").times(v("0.0000000015"), Currency::BRL),
        Some(cents(0))
    );
    assert_eq!(v::<Quantity>("2").times(v("100.5"), v("JPY")), Some(cents(201)));
    assert_eq!(
        v::<Quantity>("-0.5").times(v("0.01"), Currency::BRL),
        Some(cents(-1))
    );
}

#[test]
fn midnight_in_manaus_and_noronha() {
    let zone = |name: &str| TimeZone::get(name).unwrap();
    let midnight = time(0, 0, 0, 0);
    // 03:59:59Z is 23:59:59 in Manaus (UTC-4), 04:00:00Z is midnight.
    assert_eq!(
        business_date(v("2026-11-21T03:59:59Z"), &zone("America/Manaus"), midnight),
        v("2026-11-20")
    );
    assert_eq!(
        business_date(v("2026-11-21T04:00:00Z"), &zone("America/Manaus"), midnight),
        v("2026-11-21")
    );
    // 02:00:00Z is midnight on Fernando de Noronha (UTC-2).
    assert_eq!(
        business_date(v("2026-11-21T01:59:59Z"), &zone("America/Noronha"), midnight),
        v("2026-11-20")
    );
    assert_eq!(
        business_date(v("2026-11-21T02:00:00Z"), &zone("America/Noronha"), midnight),
        v("2026-11-21")
    );
}

#[test]
fn the_cutover_moves_the_early_hours_to_the_day_before() {
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    let at = |text: &str| business_date(v(text), &zone, time(5, 0, 0, 0));
    assert_eq!(at("2026-11-21T07:59:59Z"), v("2026-11-20"));
    assert_eq!(at("2026-11-21T08:00:00Z"), v("2026-11-21"));
    // New Year's night belongs to the old year.
    assert_eq!(at("2027-01-01T04:00:00Z"), v("2026-12-31"));
    // In daylight saving time (last in 2018/19) the same wall clock is another moment.
    assert_eq!(at("2019-01-10T06:59:59Z"), v("2019-01-09"));
    assert_eq!(at("2019-01-10T07:00:00Z"), v("2019-01-10"));
}

#[test]
fn apportioning_breaks_ties_by_line_order() {
    assert_eq!(
        apportion(cents(2), &[cents(1); 3]),
        Ok(vec![cents(1), cents(1), cents(0)])
    );
    assert_eq!(apportion(cents(0), &[]), Ok(Vec::new()));
    assert_eq!(apportion(cents(-1), &[cents(1)]), Err(ApportionError::Negative));
    assert_eq!(
        apportion(cents(2), &[cents(1)]),
        Err(ApportionError::ExceedsLines {
            total: cents(2),
            available: cents(1)
        })
    );
    assert_eq!(
        apportion(cents(1), &[Amount::MAX, cents(1)]),
        Err(ApportionError::OutOfRange)
    );
}

proptest! {
    #[test]
    fn apportioned_shares_sum_to_the_total_and_never_exceed_a_line(
        weights in prop::collection::vec(prop_oneof![Just(0), 0..1_000_i64, 0..1_000_000_000_i64], 1..60),
        part in 0..=1_000_i64,
    ) {
        let available = weights.iter().sum::<i64>();
        let total = cents(available / 1_000 * part + (available % 1_000).min(part));
        let weights = weights.into_iter().map(cents).collect::<Vec<_>>();
        let shares = apportion(total, &weights).unwrap();
        prop_assert_eq!(Amount::checked_sum(shares.iter().copied()), Some(total));
        for (share, weight) in shares.iter().zip(&weights) {
            prop_assert!(!share.is_negative() && share <= weight, "{} of {}", share, weight);
        }
    }

    #[test]
    fn a_gtin_has_one_check_digit_and_no_wrong_digit_passes(
        body in prop::collection::vec(0..10_u8, 12),
        place in 0..12_usize,
        added in 1..10_u8,
    ) {
        let valid = |body: &[u8], check: u8| {
            let digits = body.iter().chain([&check]).map(|digit| char::from(b'0' + digit));
            digits.collect::<String>().parse::<Gtin>().is_ok()
        };
        let checks = (0..10).filter(|check| valid(&body, *check)).collect::<Vec<_>>();
        prop_assert_eq!(checks.len(), 1);
        let mut wrong = body;
        wrong[place] = (wrong[place] + added) % 10;
        prop_assert!(!valid(&wrong, checks[0]));
    }

    #[test]
    fn text_never_panics(text in "\\PC{0,70}") {
        let _ = (text.parse::<Cnpj>(), text.parse::<Cpf>(), text.parse::<TaxId>(), text.parse::<Gtin>());
        let _ = (text.parse::<Sku>(), text.parse::<Quantity>(), text.parse::<UnitPrice>(), text.parse::<Money>());
        let _ = (text.parse::<AccessKey>(), text.parse::<ReceiptNumber>(), text.parse::<Currency>());
        if let Ok(sku) = Sku::from_name(&text) {
            prop_assert!(sku.as_str().len() <= Sku::CHARS_MAX);
            prop_assert_eq!(Sku::from_name(sku.as_str()).unwrap(), sku);
        }
    }

    #[test]
    fn amounts_and_quantities_survive_json(minor in any::<i64>(), raw in -9_007_199_254_740_991..=9_007_199_254_740_991_i64) {
        let amount = Amount::from_minor(minor);
        prop_assert_eq!(serde_json::from_str::<Amount>(&serde_json::to_string(&amount).unwrap()).unwrap(), amount);
        let quantity = Quantity::from_ten_thousandths(raw);
        prop_assert_eq!(serde_json::from_str::<Quantity>(&serde_json::to_string(&quantity).unwrap()).unwrap(), quantity);
    }
}

#[test]
fn a_refused_value_shows_nothing_of_a_person() {
    let cpf = "390.533.447-05";
    let given = |invalid: InvalidValue| invalid.given().to_owned();
    assert_eq!(given(cpf.parse::<Gtin>().unwrap_err()), "<CPF>");
    assert_eq!(
        given("390.533.447-06".parse::<Cnpj>().unwrap_err()),
        "<11 characters>"
    );
    assert_eq!(
        given("Zuleica Quintanilha".parse::<SubjectId>().unwrap_err()),
        "<19 characters>"
    );
    let invalid = InvalidValue::new("NOTE", format!("CPF {cpf}, ring"), "a rule");
    assert!(!invalid.to_string().contains("390"), "{invalid}");
}
