//! What is kept for ever and made by a rule: idempotency keys, fingerprints of commands, ids of events.
//!
//! A log holds them for years. A command whose fingerprint changes no longer knows its own retry, and a reactor whose ids
//! change would move stock twice. A line here may be added, never changed.

use std::fmt::Write as _;

use posars_commands::{Actor, Envelope, Source};
use posars_domain::company::{DefineCompany, SetCompanyPolicy};
use posars_domain::product::{ChangeProduct, DefineProduct, Edit, RetireProduct};
use posars_domain::register::DefineRegister;
use posars_domain::sale::{Customer, Disposition, OrderDiscount, RecordSale};
use posars_domain::stock::{AdjustStock, AdjustmentReason, ReceivedCost, RevalueStock};
use posars_domain::stock_policy::DefineStockPolicy;
use posars_domain::store::DefineStore;
use posars_domain::{FiscalRef, MethodAmount, Payment, PaymentMethod, TaxAmount, TaxId};
use uuid::Uuid;

use crate::shop::{
    Shop, api, asked_as, cents, define_product, define_store, delivery, return_of, sale, v, void_of,
};

/// Each command's key, its fingerprint and the type of its first event.
const KEYS: &str = "\
00000000-0000-4000-8000-000000000001 82c28ce979a75629410623d64c5e0fa66b0cadc656e6f59d65031009a3599030 CompanyDefined
00000000-0000-4000-8000-000000000002 681cc90959c22e263d4f5f07ff9b47c5f5f436f967349ea422dfe6255735fcf0 StoreDefined
00000000-0000-4000-8000-000000000003 16bf4bbe0a8acf6058fb054baf2811a0f3b3a2ea01e4f4736c2967dca11d1ccc RegisterDefined
00000000-0000-4000-8000-000000000004 51dd07b8d8bd7dc83b67913423135a61c424c376c520ad138ae27121b7e33df4 ProductDefined
00000000-0000-4000-8000-000000000005 b30d810e154812b63cab3b9ef8c83c049776e460fae918bf287b2f6135a52ac7 ProductChanged
00000000-0000-4000-8000-000000000006 3fb2d361d5344763959d3be6c3e0bed47eb9d7ac4b598ab7d6a58c66458ede23 ProductRetired
00000000-0000-4000-8000-000000000007 0e156ab360ad977542310a1ecb37a109b6ff06d6ddc7d2f4a9a271b6e72c6ede CompanyPolicySet
00000000-0000-4000-8000-000000000008 2ac998f22c3845d242083c241350b4f43187914212f5f230bc78b384ecbd7281 StockPolicyDefined
6e65ec49-cb63-5b49-8caf-513106d1697f 822308537747f2a3302c068d470e648bc835cf597f041a9fa34188ce1392284e StockReceived
c29f01d7-0f1b-5d0b-afcd-bc95b060e0d9 f7a99cd1c72201c4c1f5018471f524f67b7cd4e1a0aaea1183ec8743dd050985 StockAdjusted
0193a5f0-0000-7000-8000-000000000001 5265b5d1b70528dfff70447d2e1cf586a342dc05aefd4c2c04b3320d50b165c4 SaleRecorded
8e489c26-5e5b-5866-b341-ccc7580c27fc 74f90f748d029a301f043c440bac5b89fcc0a9b3c237e666d6e791a7e4ccbda0 SaleReturned
0193a5f0-0000-7000-8000-000000000002 4e54cf8b7f6741086fafa98867cc4356d9da5cfb4de04a91e467c13aa99363f8 SaleRecorded
42f61de1-9a16-5f2b-9621-acb2a5b22d3e 967681e4fd66a07e06ea667d3250a5ba9882386f2d93cf3bbf593c804727c43c SaleVoided
ba481823-f41d-5d1c-b01c-eac4db5d25fb a84fda3cbe04e21b3a2292ea11518dc80df33f56ec00c18d90749626e1759a9b StockAdjusted
63372ad7-0fb8-5f29-ba84-ea9b4364c93a b5504a379addf9613e3812103f4a1a7e0e44300e2e9e1df70eab6379456f13fc StockReceived
";

/// The fingerprint of the first sale while it covered the customer's tax number. Logs hold it: a till that asks again gets
/// the first answer.
pub(crate) const WITH_TAX_ID: &str = "4510a871cc80f7d01eb1abd9946bd9595e410925da084ef6b1b76e40a2b67846";

/// The ids of events that a row of a sheet led to, and those of the stock reactor after them.
const IDS: &str = "\
2a7b24c3-446b-51c4-89f7-aa2d04b286ff sale-0193a5f0-0000-7000-8000-000000000001 SaleRecorded
ede17537-1800-584c-9a21-ab5da6a1245d stock-centro-cafe StockReceived
84291530-922f-5872-9b02-12fceab8b8b8 sale-0193a5f0-0000-7000-8000-000000000001 SaleReturned
9ef0a8e6-d363-5074-bc79-2d1b130d0f99 stock-centro-cafe StockIssued
7134cf56-e378-5c40-83b1-867f564b47df stock-centro-cafe StockReturned
a8613831-17d0-51a1-b533-925a226eba85 waiting-novo SaleLinesParked
6f30e461-cc9b-5e04-a89b-922f4a8bccfe product-novo ProductDefined
f0818119-c6cd-5a68-87fd-97e97a8271df stock-centro-novo StockIssued
6dc3bfda-4961-5dbe-bbf4-69d5807a8cf9 stock-centro-novo ShortageDetected
f969c3cd-c605-5069-916a-fac7db37e110 waiting-novo SaleLinesReleased
";

fn request(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + number)
}

/// Every field that a fingerprint takes in.
pub(crate) fn full_sale() -> RecordSale {
    let mut full = sale(&[("cafe", "2"), ("pao", "0.5")]);
    full.sale_id = v("0193a5f0-0000-7000-8000-000000000001");
    full.receipt = Some(v("1:1001"));
    full.lines[0].line_discount = cents(100);
    full.lines[0].net = Some(cents(1900));
    full.order_discounts = vec![OrderDiscount {
        amount: cents(50),
        reason: Some("Cupom".to_owned()),
    }];
    full.payments = vec![
        Payment::new(PaymentMethod::CASH, cents(1000)),
        Payment {
            code: Some(v("03")),
            installments: Some(2),
            acquirer_cnpj: Some(v("11222333000181")),
            brand: Some("Visa".to_owned()),
            nsu: Some("123".to_owned()),
            authorization: Some("456".to_owned()),
            due_date: Some(v("2026-12-20")),
            ..Payment::new(v("credit_card"), cents(1400))
        },
    ];
    full.change = cents(50);
    full.total = Some(cents(2350));
    full.customer = Some(Customer {
        subject_id: Some(v("maria")),
        tax_id: Some(v::<TaxId>("12345678909").into()),
        name: None,
    });
    full.seller = Some("Bia".to_owned());
    full.fiscal_ref = Some(fiscal_ref());
    full.tax_summary = vec![TaxAmount {
        tax: "ICMS".to_owned(),
        base: cents(2350),
        rate: v("18"),
        amount: cents(423),
    }];
    full
}

fn fiscal_ref() -> FiscalRef {
    FiscalRef {
        model: Some("65".to_owned()),
        series: Some("1".to_owned()),
        number: Some("1001".to_owned()),
        protocol: Some("135260000000001".to_owned()),
        ..FiscalRef::default()
    }
}

async fn set_up(shop: &Shop) -> anyhow::Result<()> {
    let company = DefineCompany {
        company_id: v("acme"),
        name: "Acme".to_owned(),
        cnpj: Some(v("11222333000181")),
        currency: posars_domain::Currency::BRL,
    };
    shop.commands.carry_out(&company, &asked_as(request(1))).await?;
    let store = DefineStore {
        cnpj: Some(v("11222333000181")),
        day_cutover: jiff::civil::time(4, 30, 0, 0),
        ..define_store("filial")
    };
    shop.commands.carry_out(&store, &asked_as(request(2))).await?;
    let register = DefineRegister {
        store_id: v("filial"),
        register_no: v("1"),
        name: Some("Caixa da frente".to_owned()),
    };
    shop.commands.carry_out(&register, &asked_as(request(3))).await?;
    let product = DefineProduct {
        gtin: Some(v("7891000100103")),
        ncm: Some(v("09012100")),
        ..define_product("leite")
    };
    shop.commands.carry_out(&product, &asked_as(request(4))).await?;
    let change = ChangeProduct {
        sku: v("leite"),
        name: Some("Leite integral".to_owned()),
        gtin: Edit::Clear,
        ncm: Edit::Set(v("04012010")),
        unit: Some("L".to_owned()),
        decimals: Some(2),
        tracked: Some(false),
    };
    shop.commands.carry_out(&change, &asked_as(request(5))).await?;
    let retire = RetireProduct {
        sku: v("leite"),
        reason: Some("Fora de linha".to_owned()),
    };
    shop.commands.carry_out(&retire, &asked_as(request(6))).await?;
    let policy = SetCompanyPolicy {
        company_id: v("acme"),
        void_window_hours: Some(72),
        strict_catalog: true,
    };
    shop.commands.carry_out(&policy, &asked_as(request(7))).await?;
    let policy = DefineStockPolicy {
        store_id: v("centro"),
        sku: v("cafe"),
        reorder_point: Some(v("2.5")),
    };
    shop.commands.carry_out(&policy, &asked_as(request(8))).await?;
    Ok(())
}

async fn trade(shop: &Shop) -> anyhow::Result<()> {
    let mut goods = delivery(&[("cafe", "10", 5_000), ("pao", "4", 400)]);
    goods.receipt_id = v("0193a5f0-0000-7000-8000-000000000200");
    goods.supplier = Some("Torrefação".to_owned());
    goods.lines[0].cost = ReceivedCost::Unit(v("5.0001"));
    goods.lines[0].landed = cents(120);
    shop.commands.carry_out_compound(&goods, &api()).await?;
    let adjustment = AdjustStock {
        store_id: v("centro"),
        sku: v("cafe"),
        adjustment_id: v("0193a5f0-0000-7000-8000-000000000300"),
        occurred_at: v("2026-11-20T14:30:00Z"),
        currency: posars_domain::Currency::BRL,
        delta: v("1.5"),
        value: Some(cents(750)),
        reason: Some(AdjustmentReason::Count),
        note: Some("Prateleira de cima".to_owned()),
        allow_negative: true,
        expected_version: Some(1),
    };
    shop.commands.carry_out(&adjustment, &api()).await?;
    let sold = full_sale();
    shop.commands.carry_out(&sold, &api()).await?;
    let mut back = return_of(&sold, 1, "1", Disposition::Restock);
    back.return_id = v("0193a5f0-0000-7000-8000-000000000101");
    back.refunds = vec![MethodAmount {
        method: PaymentMethod::CASH,
        amount: cents(500),
    }];
    back.reason = Some("Arrependimento".to_owned());
    back.fiscal_ref = Some(fiscal_ref());
    shop.commands.carry_out(&back, &api()).await?;
    let mut other = sale(&[("cafe", "1")]);
    other.sale_id = v("0193a5f0-0000-7000-8000-000000000002");
    shop.commands.carry_out(&other, &api()).await?;
    let mut void = void_of(&other);
    void.fiscal_ref = Some(fiscal_ref());
    shop.commands.carry_out(&void, &api()).await?;
    let worth = RevalueStock {
        store_id: v("centro"),
        sku: v("cafe"),
        adjustment_id: v("0193a5f0-0000-7000-8000-000000000301"),
        occurred_at: v("2026-11-20T14:45:00Z"),
        currency: posars_domain::Currency::BRL,
        value: cents(6_000),
        note: "Nota fiscal corrigida".to_owned(),
        expected_version: 2,
    };
    shop.commands.carry_out(&worth, &api()).await?;
    let mut goods = delivery(&[("pao", "10", 5_000)]);
    goods.receipt_id = v("0193a5f0-0000-7000-8000-000000000201");
    shop.commands.carry_out_compound(&goods, &api()).await?;
    Ok(())
}

/// Each key of the log with its fingerprint and the type of its first event, in the order of the events.
pub(crate) async fn keys_of(shop: &Shop) -> anyhow::Result<String> {
    let client = shop.store.pool().get().await?;
    let sql = "select key, encode(fingerprint, 'hex'), type from idempotency
        join events on events.log_id = idempotency.log_id and position = first_position order by first_position";
    let mut found = String::new();
    for row in client.query(sql, &[]).await? {
        let (key, fingerprint, event_type): (Uuid, String, String) = (row.get(0), row.get(1), row.get(2));
        writeln!(found, "{key} {fingerprint} {event_type}")?;
    }
    Ok(found)
}

#[tokio::test]
async fn every_command_keeps_its_key_and_its_fingerprint() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    set_up(&shop).await?;
    trade(&shop).await?;
    assert_eq!(keys_of(&shop).await?, KEYS);
    Ok(())
}

#[tokio::test]
async fn rows_of_sheets_and_the_stock_reactor_keep_their_ids() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    let source = Source::Import {
        file_sha256: "0f".repeat(32).into(),
        sheet: "Vendas".into(),
        row: 7,
    };
    let row = Envelope::new(actor, source, v(crate::shop::NOW));
    let mut waiting = full_sale();
    waiting.lines[1].sku = v("novo");
    shop.commands.carry_out(&waiting, &row).await?;
    let mut goods = delivery(&[("cafe", "10", 5_000)]);
    goods.receipt_id = v("0193a5f0-0000-7000-8000-000000000200");
    shop.commands.carry_out_compound(&goods, &row).await?;
    let mut back = return_of(&waiting, 1, "1", Disposition::Restock);
    back.return_id = v("0193a5f0-0000-7000-8000-000000000101");
    shop.commands.carry_out(&back, &row).await?;
    shop.catch_up().await?;
    shop.commands.carry_out(&define_product("novo"), &row).await?;
    shop.catch_up().await?;
    let client = shop.store.pool().get().await?;
    // What was set up through the API has random ids.
    let sql = "select event_id, stream, type from events where stream !~ '^(store-|product-(cafe|pao))' order by position";
    let mut found = String::new();
    for row in client.query(sql, &[]).await? {
        let (event_id, stream, event_type): (Uuid, String, String) = (row.get(0), row.get(1), row.get(2));
        writeln!(found, "{event_id} {stream} {event_type}")?;
    }
    assert_eq!(found, IDS);
    Ok(())
}
