//! Every event ever released must decode and keep its meaning; the files in `golden/` are never edited.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::buyer::buyer_example;
use crate::fixtures::{
    adjust, cents, issue, nowhere, receive, record_return, record_sale, restock, shop, v, void_sale,
};
use crate::fixtures::{employee, owed_examples, payroll};
use crate::person::{person_examples, set_retention};
use posars_domain::books::{
    BeginBooks, BeginPeriodClose, BooksEvent, CompletePeriodClose, LockPeriod, OpeningStock, ReopenPeriod,
    TrialBalanceRow,
};
use posars_domain::chart::{
    AssignAccountRole, ChangeAccount, ChangeCostCenter, ChartDefined, ChartEvent, CostCenter, DefineAccount,
    DefineCostCenter, RetireAccount, RetireCostCenter,
};
use posars_domain::company::{CompanyEvent, DefineCompany, SetCompanyPolicy};
use posars_domain::employee::EmployeeEvent;
use posars_domain::journal::{
    EntryEvent, EntryLine, EntrySource, JournalEntryPosted, JournalEntryReversed, entry_id_of, mirrored,
    reversal_id_of,
};
use posars_domain::open_item::{ItemKind, Payable, PayableEvent, Receivable, ReceivableEvent};
use posars_domain::payroll::PayrollEvent;
use posars_domain::person::PersonEvent;
use posars_domain::posting_rules::{
    DefinePostingRule, PostedEvent, PostingPart, PostingRulesDefined, PostingRulesEvent,
};
use posars_domain::product::{ChangeProduct, DefineProduct, Edit, ProductEvent, RetireProduct};
use posars_domain::register::{DefineRegister, RegisterEvent};
use posars_domain::sale::{Customer, OrderDiscount, RecordSale, SaleEvent};
use posars_domain::statement_line::StatementLineEvent;
use posars_domain::stock::{AdjustmentReason, RevalueStock, Stock, StockEvent};
use posars_domain::stock_policy::{DefineStockPolicy, StockPolicyEvent, WatchStock};
use posars_domain::store::{DefineStore, StoreEvent};
use posars_domain::terms::{
    DefineReceiptTerms, DefineSupplierTerms, ReceiptTerms, SupplierTerms, TermsEvent,
};
use posars_domain::unposted::{PostingParked, PostingReleased, UnpostedEvent};
use posars_domain::waiting::WaitingEvent;
use posars_domain::{
    AccountRole, AccountType, Aggregate, Command, Currency, DomainEvent, EventOf, FiscalRef, Given, Kind,
    MethodAmount, Payment, PaymentMethod, Quantity, Side, TaxAmount, UnreadableEvent,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// A golden file: `{stem}.v{version}.json`. The stem is the type; of a further file of a type, such as for fields that
/// came later, it has a word of its own after that.
struct File {
    stem: String,
    event_type: String,
    version: u16,
    data: String,
}

fn value(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap()
}

fn files() -> Vec<File> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (stem, version) = name.strip_suffix(".json").unwrap().rsplit_once(".v").unwrap();
        let data = std::fs::read_to_string(&path).unwrap();
        files.push(File {
            stem: stem.to_owned(),
            event_type: stem.split('.').next().unwrap().to_owned(),
            version: version.parse().unwrap(),
            data: data.trim_end().to_owned(),
        });
    }
    files
}

/// Decodes the golden files of one aggregate. A file of the newest version is written again exactly as it was; one of an
/// earlier version has a file beside it of the newest, and is written as that.
fn keeps_its_meaning<E: DomainEvent + PartialEq + std::fmt::Debug>() {
    let mut seen = BTreeSet::new();
    for file in files() {
        let Some(kind) = E::Kind::parse(&file.event_type) else {
            continue;
        };
        let newest = kind.schema_version();
        let text = kind.newest(file.version, &file.data).unwrap();
        let expected = if file.version == newest {
            assert!(matches!(text, Cow::Borrowed(same) if same == file.data));
            file.data.clone()
        } else {
            let beside = files()
                .into_iter()
                .find(|other| other.stem == file.stem && other.version == newest);
            assert!(beside.is_some(), "there is no {}.v{newest}.json", file.stem);
            let beside = beside.unwrap();
            assert_eq!(value(&text), value(&beside.data), "{}", file.stem);
            beside.data
        };
        let event = E::from_json(&file.event_type, file.version, &file.data).unwrap();
        assert_eq!(
            (event.event_type(), event.schema_version()),
            (file.event_type.as_str(), newest)
        );
        assert_eq!(event.to_json().get(), expected, "{} v{}", file.stem, file.version);
        seen.insert((event.event_type(), file.version));
    }
    let all = E::Kind::ALL
        .iter()
        .flat_map(|kind| (1..=kind.schema_version()).map(|version| (kind.as_str(), version)));
    assert_eq!(
        seen,
        all.collect(),
        "an event or one of its versions has no golden file"
    );
    let kinds: Vec<&str> = E::Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, E::TYPES);
}

#[test]
fn company_events() {
    keeps_its_meaning::<CompanyEvent>();
}

#[test]
fn person_events() {
    keeps_its_meaning::<PersonEvent>();
}

#[test]
fn store_events() {
    keeps_its_meaning::<StoreEvent>();
}

#[test]
fn register_events() {
    keeps_its_meaning::<RegisterEvent>();
}

#[test]
fn product_events() {
    keeps_its_meaning::<ProductEvent>();
}

#[test]
fn sale_events() {
    keeps_its_meaning::<SaleEvent>();
}

#[test]
fn stock_events() {
    keeps_its_meaning::<StockEvent>();
}

#[test]
fn stock_policy_events() {
    keeps_its_meaning::<StockPolicyEvent>();
}

#[test]
fn waiting_events() {
    keeps_its_meaning::<WaitingEvent>();
}

#[test]
fn unposted_events() {
    keeps_its_meaning::<UnpostedEvent>();
}

#[test]
fn chart_events() {
    keeps_its_meaning::<ChartEvent>();
}

#[test]
fn posting_rules_events() {
    keeps_its_meaning::<PostingRulesEvent>();
}

#[test]
fn terms_events() {
    keeps_its_meaning::<TermsEvent>();
}

#[test]
fn books_events() {
    keeps_its_meaning::<BooksEvent>();
}

#[test]
fn entry_events() {
    keeps_its_meaning::<EntryEvent>();
}

#[test]
fn receivable_events() {
    keeps_its_meaning::<ReceivableEvent>();
}

#[test]
fn payable_events() {
    keeps_its_meaning::<PayableEvent>();
}

#[test]
fn statement_line_events() {
    keeps_its_meaning::<StatementLineEvent>();
}

#[test]
fn employee_events() {
    keeps_its_meaning::<EmployeeEvent>();
}

#[test]
fn payroll_events() {
    keeps_its_meaning::<PayrollEvent>();
}

#[test]
fn every_file_belongs_to_an_event_and_no_type_is_written_by_two_aggregates() {
    let types = [
        CompanyEvent::TYPES,
        PersonEvent::TYPES,
        StoreEvent::TYPES,
        RegisterEvent::TYPES,
        ProductEvent::TYPES,
        SaleEvent::TYPES,
        StockEvent::TYPES,
        StockPolicyEvent::TYPES,
        WaitingEvent::TYPES,
        UnpostedEvent::TYPES,
        ChartEvent::TYPES,
        PostingRulesEvent::TYPES,
        TermsEvent::TYPES,
        BooksEvent::TYPES,
        EntryEvent::TYPES,
        ReceivableEvent::TYPES,
        PayableEvent::TYPES,
        StatementLineEvent::TYPES,
        EmployeeEvent::TYPES,
        PayrollEvent::TYPES,
    ]
    .concat();
    assert_eq!(types.iter().collect::<BTreeSet<_>>().len(), types.len());
    for File { event_type, .. } in files() {
        assert!(types.contains(&event_type.as_str()), "{event_type} is no event");
    }
}

#[test]
fn unreadable_events_say_why() {
    let unknown = SaleEvent::from_json("SaleImagined", 1, "{}").unwrap_err();
    assert_eq!(
        unknown,
        UnreadableEvent::UnknownType {
            event_type: "SaleImagined".to_owned()
        }
    );
    let newer = SaleEvent::from_json("SaleRecorded", 9, "{}").unwrap_err();
    assert!(matches!(
        newer,
        UnreadableEvent::UnknownVersion {
            schema_version: 9,
            known: 1,
            ..
        }
    ));
    let damaged = SaleEvent::from_json("SaleRecorded", 1, r#"{"sale_id":"#).unwrap_err();
    assert!(damaged.to_string().contains("posars audit verify"), "{damaged}");
}

#[test]
#[ignore = "run once when an event is added; it writes what is missing and overwrites nothing"]
fn write_missing_golden_files() {
    for (name, data) in examples() {
        let path = folder().join(name);
        if !path.exists() {
            std::fs::write(path, data + "\n").unwrap();
        }
    }
}

/// One example of every event, as full as the event can be.
fn examples() -> Vec<(String, String)> {
    let mut examples = Vec::new();
    setup_examples(&mut examples);
    product_examples(&mut examples);
    let sale = run(&mut examples, &[], full_sale(), &shop());
    examples.push(buyer_example());
    let mut void = void_sale();
    void.fiscal_ref = Some(FiscalRef {
        protocol: Some("135260000000002".to_owned()),
        ..FiscalRef::default()
    });
    run(&mut examples, &sale, void, &shop());
    let mut back = record_return(1, 1, "1");
    back.reason = Some("Tamanho errado".to_owned());
    back.refunds = vec![MethodAmount {
        method: PaymentMethod::CASH,
        amount: cents(300),
    }];
    back.fiscal_ref = Some(FiscalRef {
        model: Some("55".to_owned()),
        ..FiscalRef::default()
    });
    run(&mut examples, &sale, back.clone(), &shop());
    back.lines.extend(record_return(1, 1, "2").lines);
    back.lines.extend(record_return(1, 2, "0.5").lines);
    back.refunds[0].amount = cents(1_000);
    run_as("lines", &mut examples, &sale, back, &shop());
    stock_examples(&mut examples);
    stock_policy_examples(&mut examples);
    chart_examples(&mut examples);
    posting_examples(&mut examples);
    entry_examples(&mut examples);
    unposted_examples(&mut examples);
    books_examples(&mut examples);
    owed_examples(&mut examples);
    employee::examples()
        .iter()
        .for_each(|event| note(&mut examples, event));
    payroll::examples()
        .iter()
        .for_each(|event| note(&mut examples, event));
    examples
}

/// Decides, notes the events as examples, and gives the history with them.
fn run<C: Command<Of: Aggregate<Event: Clone>>>(
    examples: &mut Vec<(String, String)>,
    history: &[EventOf<C>],
    command: C,
    given: &Given<'_>,
) -> Vec<EventOf<C>> {
    let events = command
        .decide(&C::Of::fold(history), given)
        .map_err(|no| no.to_string())
        .unwrap()
        .events;
    for event in &events {
        examples.push((
            format!("{}.v{}.json", event.event_type(), event.schema_version()),
            event.to_json().to_string(),
        ));
    }
    [history.to_vec(), events].concat()
}

fn full_sale() -> RecordSale {
    let mut sale = record_sale();
    sale.lines[0].line_discount = cents(9);
    sale.order_discounts = vec![OrderDiscount {
        amount: cents(90),
        reason: Some("Aniversário".to_owned()),
    }];
    sale.payments = vec![
        Payment::new(PaymentMethod::CASH, cents(1000)),
        Payment {
            installments: Some(2),
            acquirer_cnpj: Some(v("12ABC34501DE35")),
            brand: Some("visa".to_owned()),
            nsu: Some("000123".to_owned()),
            authorization: Some("A1B2C3".to_owned()),
            due_date: Some(v("2026-12-20")),
            ..Payment::new(PaymentMethod::CREDIT_CARD, cents(500))
        },
        Payment {
            pix_e2e_id: Some("E0000000020261120150000000000001".to_owned()),
            pix_txid: Some("posars1".to_owned()),
            ..Payment::new(PaymentMethod::PIX, cents(500))
        },
    ];
    sale.change = cents(100);
    sale.total = Some(cents(1900));
    sale.customer = Some(Customer {
        subject_id: Some(v("cliente-7")),
        ..Customer::default()
    });
    sale.seller = Some("Ana".to_owned());
    sale.fiscal_ref = Some(FiscalRef {
        model: Some("65".to_owned()),
        series: Some("1".to_owned()),
        number: Some("1001".to_owned()),
        access_key: Some(v("35261112ABC34501DE35650010000010011000010017")),
        status: Some("authorised".to_owned()),
        protocol: Some("135260000000001".to_owned()),
        xml_sha256: Some("ab".repeat(32)),
        uri: Some("s3://xml/1001.xml".to_owned()),
    });
    sale.tax_summary = vec![TaxAmount {
        tax: "ICMS".to_owned(),
        base: cents(1900),
        rate: v("18"),
        amount: cents(342),
    }];
    sale
}

fn setup_examples(examples: &mut Vec<(String, String)>) {
    let company = DefineCompany {
        company_id: v("loja_exemplo"),
        name: "Loja Exemplo".to_owned(),
        cnpj: Some(v("12ABC34501DE35")),
        currency: Currency::BRL,
    };
    let defined = run(examples, &[], company, &nowhere());
    let policy = SetCompanyPolicy {
        company_id: v("loja_exemplo"),
        void_window_hours: Some(72),
        strict_catalog: true,
    };
    run(examples, &defined, policy, &nowhere());
    run(examples, &defined, set_retention([24, 132, 360]), &nowhere());
    examples.extend(person_examples());
    let define_store = DefineStore {
        store_id: v("centro"),
        name: "Centro".to_owned(),
        cnpj: Some(v("11222333000181")),
        time_zone: v("America/Sao_Paulo"),
        day_cutover: jiff::civil::time(5, 0, 0, 0),
        currency: Currency::BRL,
    };
    run(examples, &[], define_store, &nowhere());
    let register = DefineRegister {
        store_id: v("centro"),
        register_no: v("1"),
        name: Some("Caixa rápido".to_owned()),
    };
    run(examples, &[], register, &shop());
}

fn product_examples(examples: &mut Vec<(String, String)>) {
    let define = DefineProduct {
        sku: v("cafe_500_g"),
        name: "Café 500 g".to_owned(),
        gtin: Some(v("7891000100103")),
        ncm: Some(v("09012100")),
        unit: "UN".to_owned(),
        decimals: 0,
        tracked: true,
    };
    let history = run(examples, &[], define, &nowhere());
    let change = ChangeProduct {
        sku: v("cafe_500_g"),
        name: Some("Café torrado 500 g".to_owned()),
        gtin: Edit::Keep,
        ncm: Edit::Keep,
        unit: None,
        decimals: Some(3),
        tracked: Some(false),
    };
    let history = run(examples, &history, change, &nowhere());
    let retire = RetireProduct {
        sku: v("cafe_500_g"),
        reason: Some("Fora de linha".to_owned()),
    };
    run(examples, &history, retire, &nowhere());
}

fn stock_examples(examples: &mut Vec<(String, String)>) {
    let context = shop();
    let units = Quantity::from_units;
    let history = run(examples, &[], issue(41, &[units(1), v("0.5")]), &context);
    let mut received = receive(units(3), 1000);
    received.supplier = Some("Torrefação Sul".to_owned());
    received.access_key = Some(v("35261112ABC34501DE35550010000010011000010017"));
    let history = run(examples, &history, received, &context);
    let history = run(examples, &history, issue(42, &[units(4)]), &context);
    let history = run(examples, &history, restock(43, units(1), None), &context);
    let mut adjusted = adjust(units(-1));
    adjusted.reason = Some(AdjustmentReason::Other);
    adjusted.note = Some("Doado à escola".to_owned());
    let history = run(examples, &history, adjusted, &context);
    let history = run_as("owed", examples, &history, issue(44, &[units(2)]), &context);
    let mut back = restock(45, units(2), Some(333));
    back.sale_position = 44;
    back.lines[0].owed = units(1);
    let history = run_as("owed", examples, &history, back, &context);
    let history = run(examples, &history, receive(units(5), 1000), &context);
    let revalued = RevalueStock {
        store_id: v("centro"),
        sku: v("sku_1"),
        adjustment_id: v("0193a5f0-0000-7000-8000-000000000301"),
        occurred_at: v("2026-11-20T15:00:00Z"),
        currency: Currency::BRL,
        value: cents(1_200),
        note: "Custo corrigido".to_owned(),
        expected_version: Stock::fold(&history).balance.version,
    };
    run_as("revalued", examples, &history, revalued, &context);
}

fn stock_policy_examples(examples: &mut Vec<(String, String)>) {
    let define = DefineStockPolicy {
        store_id: v("centro"),
        sku: v("sku_1"),
        reorder_point: Some(v("12.5")),
    };
    let mut history = run(examples, &[], define, &shop());
    for (source_position, on_hand) in [(46, "12.5"), (47, "12.6")] {
        let watch = WatchStock {
            store_id: v("centro"),
            sku: v("sku_1"),
            on_hand: v(on_hand),
            source_position,
            occurred_at: v("2026-11-20T15:00:00Z"),
        };
        history = run(examples, &history, watch, &shop());
    }
}

fn chart_examples(examples: &mut Vec<(String, String)>) {
    let mut founded = ChartDefined::brazilian_retail();
    founded.cost_centers.push(CostCenter {
        cost_center_id: v("matriz"),
        name: "Matriz".to_owned(),
    });
    note(examples, &ChartEvent::from(founded.clone()));
    let history = vec![founded.into()];
    let define = DefineAccount {
        code: v("1.1.01.900"),
        name: "(-) Cheques devolvidos".to_owned(),
        account_type: AccountType::Asset,
        nature: Some(Side::Credit),
        parent: Some(v("1.1.01")),
        postable: true,
        liquid: true,
    };
    let history = run(examples, &history, define, &nowhere());
    let change = ChangeAccount {
        code: v("1.1.01.900"),
        name: Some("(-) Cheques sem fundo".to_owned()),
        parent: Edit::Set(v("1.1.02")),
        liquid: Some(false),
        account_type: None,
        nature: None,
        postable: None,
    };
    let history = run(examples, &history, change, &nowhere());
    let assign = AssignAccountRole {
        role: AccountRole::CASH,
        store_id: Some(v("centro")),
        code: v("1.1.01.003"),
    };
    let history = run(examples, &history, assign, &nowhere());
    let retire = RetireAccount {
        code: v("1.1.01.900"),
    };
    let history = run(examples, &history, retire, &nowhere());
    let define = DefineCostCenter {
        cost_center_id: v("centro"),
        name: "Loja Centro".to_owned(),
    };
    let history = run(examples, &history, define, &nowhere());
    let change = ChangeCostCenter {
        cost_center_id: v("centro"),
        name: "Loja do Centro".to_owned(),
    };
    let history = run(examples, &history, change, &nowhere());
    let retire = RetireCostCenter {
        cost_center_id: v("centro"),
    };
    run(examples, &history, retire, &nowhere());
}

fn posting_examples(examples: &mut Vec<(String, String)>) {
    let founded = PostingRulesDefined::brazilian_retail();
    note(examples, &PostingRulesEvent::from(founded.clone()));
    let define = DefinePostingRule {
        event: PostedEvent::SaleRecorded,
        part: PostingPart::Payment,
        qualifier: Some("pix".to_owned()),
        role: AccountRole::BANK,
        valid_from: v("2026-12-01"),
    };
    run(examples, &[founded.into()], define, &nowhere());
    let terms = ReceiptTerms {
        method: PaymentMethod::CREDIT_CARD,
        acquirer_cnpj: Some(v("12ABC34501DE35")),
        brand: Some("Visa".to_owned()),
        installments_from: 2,
        installments_to: 6,
        fee_ppm: 29_900,
        first_days: 30,
        every_days: 31,
        valid_from: v("2026-12-01"),
    };
    run(examples, &[], DefineReceiptTerms { terms }, &nowhere());
    let terms = SupplierTerms {
        supplier: Some("Torrefação Sul".to_owned()),
        due_days: vec![28, 35, 42],
        valid_from: v("2026-12-01"),
    };
    run(examples, &[], DefineSupplierTerms { terms }, &nowhere());
}

/// Notes an event that takes more than a command to come about.
fn note(examples: &mut Vec<(String, String)>, event: &impl DomainEvent) {
    let name = format!("{}.v{}.json", event.event_type(), event.schema_version());
    examples.push((name, event.to_json().to_string()));
}

fn owed_examples(examples: &mut Vec<(String, String)>) {
    let words = ["", ".sale", ".delivery", ".refund"];
    let named = |examples: &mut Vec<(String, String)>, word: &str, json: (String, String)| {
        examples.push((json.0.replacen(".v1", &format!("{word}.v1"), 1), json.1));
    };
    let mut noted = Vec::new();
    for (registered, word) in owed_examples::registered::<Receivable>(ItemKind::Card, "1.1.02.002")
        .into_iter()
        .zip(words)
    {
        note(&mut noted, &ReceivableEvent::from(registered));
        noted.drain(..).for_each(|json| named(examples, word, json));
    }
    for (registered, word) in owed_examples::registered::<Payable>(ItemKind::Supplier, "2.1.01")
        .into_iter()
        .zip(words)
    {
        note(&mut noted, &PayableEvent::from(registered));
        noted.drain(..).for_each(|json| named(examples, word, json));
    }
    let receivable = owed_examples::changes::<Receivable>(ItemKind::Card, "1.1.02.002");
    receivable.iter().for_each(|event| note(examples, event));
    let payable = owed_examples::changes::<Payable>(ItemKind::Supplier, "2.1.01");
    payable.iter().for_each(|event| note(examples, event));
    owed_examples::line_events()
        .iter()
        .for_each(|event| note(examples, event));
}

fn entry_examples(examples: &mut Vec<(String, String)>) {
    let sale = v("0193a5f0-0000-7000-8000-000000000001");
    let line = |account: &str, role: AccountRole, debit: i64, credit: i64| EntryLine {
        account: v(account),
        role: Some(role),
        debit: cents(debit),
        credit: cents(credit),
        store_id: Some(v("centro")),
        cost_center: Some(v("loja")),
        party: Some(v("11222333000181")),
        document: Some("1:1001".to_owned()),
        due_date: Some(v("2026-12-20")),
    };
    let lines = vec![
        line("1.1.02.001", AccountRole::CARD_RECEIVABLE, 1_999, 0),
        line("3.1.01.001", AccountRole::GROSS_REVENUE, 0, 1_999),
    ];
    let posted = EntryEvent::from(JournalEntryPosted {
        entry_id: entry_id_of(sale),
        accounting_date: v("2026-12-01"),
        business_date: v("2026-11-20"),
        late_for: Some(v("2026-11")),
        currency: Currency::BRL,
        memo: "Venda do balcão".to_owned(),
        source: Some(EntrySource {
            event_type: "SaleRecorded".to_owned(),
            position: 46,
            event_id: sale,
        }),
        lines: lines.clone(),
    });
    note(examples, &posted);
    let reversed = EntryEvent::from(JournalEntryReversed {
        entry_id: entry_id_of(sale),
        reversal_id: reversal_id_of(entry_id_of(sale)),
        accounting_date: v("2026-12-01"),
        business_date: v("2026-11-25"),
        late_for: Some(v("2026-11")),
        currency: Currency::BRL,
        reason: "Lançado em dobro".to_owned(),
        lines: mirrored(&lines),
    });
    note(examples, &reversed);
}

fn unposted_examples(examples: &mut Vec<(String, String)>) {
    let parked = UnpostedEvent::from(PostingParked {
        key: "rule-SaleRecorded-payment-pix".to_owned(),
        reason: "POSTING_RULE_MISSING".to_owned(),
        problem:
            "no posting rule for SaleRecorded, payment of pix; define one that holds on the day of the event"
                .to_owned(),
        event_type: "SaleRecorded".to_owned(),
        source_position: 46,
        source_event_id: v("0193a5f0-0000-7000-8000-000000000001"),
        store_id: Some(v("centro")),
        business_date: v("2026-11-20"),
        waiting: 2,
        through_position: 46,
    });
    note(examples, &parked);
    let released = UnpostedEvent::from(PostingReleased {
        key: "rule-SaleRecorded-payment-pix".to_owned(),
        released_through: 47,
        waiting: 1,
        through_position: 46,
    });
    note(examples, &released);
}

fn books_examples(examples: &mut Vec<(String, String)>) {
    let begin = BeginBooks {
        currency: Currency::BRL,
        begins_on: Some(v("2026-10-16")),
        up_to_position: 46,
        opening: Vec::new(),
    };
    let month = v("2026-10");
    let history = run(examples, &[], begin.clone(), &nowhere());
    let opening = vec![OpeningStock {
        store_id: v("centro"),
        value: cents(123_456),
    }];
    run_as(
        "opening",
        examples,
        &[],
        BeginBooks { opening, ..begin },
        &nowhere(),
    );
    let history = run(examples, &history, BeginPeriodClose { month }, &nowhere());
    let row = |account: &str, name: &str, account_type: AccountType, sign: i64| TrialBalanceRow {
        account: v(account),
        name: name.to_owned(),
        account_type,
        store_id: Some(v("centro")),
        cost_center: Some(v("loja")),
        opening: cents(sign * 1_000),
        debit: cents(700),
        credit: cents(700),
        closing: cents(sign * 1_000),
    };
    let seal = CompletePeriodClose {
        month,
        books_version: 2,
        up_to_position: 77,
        trial_balance: vec![
            row("1.1.01.001", "Caixa das lojas", AccountType::Asset, 1),
            row("3.1.01.001", "Venda de mercadorias", AccountType::Revenue, -1),
        ],
    };
    let history = run(examples, &history, seal, &nowhere());
    run(examples, &history, LockPeriod { month }, &nowhere());
    let reopen = ReopenPeriod {
        month,
        reason: "Nota fiscal em falta".to_owned(),
    };
    run(examples, &history, reopen, &nowhere());
}

/// As [`run`], for examples of fields that came later: the file of each type has a word more.
fn run_as<C: Command<Of: Aggregate<Event: Clone>>>(
    word: &str,
    examples: &mut Vec<(String, String)>,
    history: &[EventOf<C>],
    command: C,
    given: &Given<'_>,
) -> Vec<EventOf<C>> {
    let mut later = Vec::new();
    let history = run(&mut later, history, command, given);
    let named = |(name, data): (String, String)| (name.replacen('.', &format!(".{word}."), 1), data);
    examples.extend(later.into_iter().map(named));
    history
}
