//! `posars finance`: the statements of the books as tables and as JSON, and the close of a month.

use posars_commands::{Actor, Commands, Envelope, Source};
use posars_domain::chart::ChartState;
use posars_domain::company::DefineCompany;
use posars_domain::journal::{PostJournalEntry, PostLine};
use posars_domain::{AccountCode, Amount, Currency};
use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_testkit::TestDatabase;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::run_on;

fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn envelope() -> Envelope {
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, v("2024-07-01T12:00:00Z"))
}

/// The books of a company, by hand.
struct Books {
    commands: Commands,
    chart: ChartState,
}

impl Books {
    async fn begin(url: &str) -> Self {
        let store = EventStore::connect(StoreConfig::new(url)).await.unwrap();
        let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
        let commands = Commands::new(log);
        let company = DefineCompany {
            company_id: v("main"),
            name: "Padaria do Bairro".to_owned(),
            cnpj: None,
            currency: Currency::BRL,
        };
        commands.carry_out(&company, &envelope()).await.unwrap();
        let chart = commands.chart().await.unwrap();
        Self { commands, chart }
    }

    fn account(&self, role: &str) -> &AccountCode {
        self.chart.account_of(&v(role), None).unwrap()
    }

    /// An entry of so many centavos, from the account of one role to that of another.
    async fn post(&self, day: &str, debit: &str, credit: &str, centavos: i64) {
        let line = |role, debit, credit| PostLine {
            account_code: self.account(role).clone(),
            debit: Amount::from_minor(debit),
            credit: Amount::from_minor(credit),
            store_id: None,
            cost_center_id: None,
            party_id: None,
            document: None,
            due_date: None,
        };
        let entry = PostJournalEntry {
            entry_id: v(&Uuid::now_v7().to_string()),
            accounting_date: v(day),
            business_date: None,
            currency: Currency::BRL,
            memo: String::new(),
            lines: vec![line(debit, centavos, 0), line(credit, 0, centavos)],
            late_allowed: false,
        };
        self.commands.carry_out(&entry, &envelope()).await.unwrap();
    }
}

/// 10,000.00 paid in and 1,234.50 earned in May, of which 400.00 went for expenses; 99.00 of expenses in June.
async fn two_months(url: &str) -> Books {
    let books = Books::begin(url).await;
    books
        .post("2024-05-02", "bank", "opening_balance", 1_000_000)
        .await;
    books.post("2024-05-20", "bank", "gross_revenue", 123_450).await;
    books.post("2024-05-31", "other_expense", "bank", 40_000).await;
    books.post("2024-06-10", "other_expense", "bank", 9_900).await;
    books
}

fn line<'answer>(answer: &'answer Value, list: &str, key: &str, value: &str) -> &'answer Value {
    let lines = answer[list].as_array().unwrap();
    lines
        .iter()
        .find(|line| line[key] == value)
        .unwrap_or_else(|| panic!("no {value}: {answer}"))
}

#[tokio::test]
async fn statements_are_shown_as_tables_and_as_json() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    let books = two_months(url).await;
    let month = ["finance", "trial-balance", "--month", "2024-06"];
    let trial = run_on(url, &month).ended(0).json();
    assert_eq!(
        (&trial["debit_total"], &trial["credit_total"]),
        (&json!(9_900), &json!(9_900))
    );
    let bank = line(&trial, "rows", "account", books.account("bank").as_str());
    assert_eq!(
        (&bank["opening"], &bank["credit"], &bank["closing"]),
        (&json!(1_083_450), &json!(9_900), &json!(1_073_550))
    );
    let table = run_on(url, &[&month[..], &["--text"]].concat()).ended(0).out;
    assert!(
        table.contains("Trial balance of main, 2024-06, in BRL"),
        "{table}"
    );
    let row = table
        .lines()
        .find(|row| row.contains(books.account("bank").as_str()))
        .unwrap();
    let cells = ["10834.50 D", "99.00", "10735.50 D"];
    assert!(cells.iter().all(|cell| row.contains(cell)), "{table}");

    let spans = [
        "--from",
        "2024-06-01",
        "--to",
        "2024-06-30",
        "--compare-from",
        "2024-05-01",
        "--compare-to",
        "2024-05-31",
    ];
    let statement = [&["finance", "income-statement"][..], &spans].concat();
    let told = run_on(url, &statement).ended(0).json();
    assert_eq!(
        line(&told, "lines", "kind", "gross_revenue")["amounts"],
        json!([0, 123_450])
    );
    assert_eq!(
        line(&told, "lines", "kind", "expenses")["amounts"],
        json!([9_900, 40_000])
    );
    assert_eq!(
        line(&told, "lines", "kind", "result")["amounts"],
        json!([-9_900, 83_450])
    );
    let table = run_on(url, &[&statement[..], &["--text"]].concat()).ended(0).out;
    let result = table.lines().find(|row| row.contains("= Result")).unwrap();
    assert!(result.contains("-99.00") && result.contains("834.50"), "{table}");
    let by_month = [
        "finance",
        "income-statement",
        "--from",
        "2024-05-01",
        "--to",
        "2024-06-30",
        "--by",
        "month",
    ];
    let told = run_on(url, &by_month).ended(0).json();
    assert_eq!(told["columns"][1]["month"], "2024-06");
    assert_eq!(
        line(&told, "lines", "kind", "result")["amounts"],
        json!([83_450, -9_900])
    );
}

#[tokio::test]
async fn a_month_is_closed_once_and_shown_with_its_seal() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    two_months(url).await;
    let close = ["finance", "close", "--month", "2024-05"];
    let dry = run_on(url, &[&close[..], &["--dry-run"]].concat())
        .ended(0)
        .json();
    assert_eq!((&dry["dry_run"], &dry["sha256"]), (&json!(true), &Value::Null));
    let closed = run_on(url, &close).ended(0).json();
    assert_eq!(closed["rows"], json!(4));
    let again = run_on(url, &close).ended(0).json();
    assert_eq!(
        (&again["replayed"], &again["sha256"]),
        (&json!(true), &closed["sha256"])
    );
    let periods = run_on(url, &["finance", "periods"]).ended(0).json();
    let may = line(&periods, "periods", "month", "2024-05");
    assert_eq!(
        (&may["state"], &may["sha256"]),
        (&json!("closed"), &closed["sha256"])
    );
    assert_eq!(line(&periods, "periods", "month", "2024-06")["state"], "open");
    let table = run_on(url, &["finance", "periods", "--text"]).ended(0).out;
    assert!(
        table.contains("Next: posars finance close --month 2024-06"),
        "{table}"
    );
    let text = run_on(url, &[&close[..], &["--text"]].concat()).ended(0).out;
    assert!(
        text.contains("2024-05 of main is closed before: 4 rows"),
        "{text}"
    );
    // Months close in their order.
    let open = run_on(url, &["finance", "close", "--month", "2099-12"]).ended(1);
    assert_eq!(open.error()["code"], "PERIOD_OUT_OF_ORDER");
}

#[tokio::test]
async fn what_makes_no_sense_is_told_before_anything_is_opened() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    for wrong in ["2024-13", "0001-01", "9999-12", "mai", "2024"] {
        let refused = run_on(url, &["finance", "trial-balance", "--month", wrong]).ended(2);
        assert!(refused.talk.contains("2000-01 to 2099-12"), "{refused}");
    }
    let swapped = [
        "finance",
        "income-statement",
        "--from",
        "2024-06-30",
        "--to",
        "2024-06-01",
    ];
    assert_eq!(run_on(url, &swapped).ended(2).error()["code"], "PERIOD_INVALID");
    let half = [
        "finance",
        "income-statement",
        "--from",
        "2024-06-01",
        "--to",
        "2024-06-30",
        "--compare-from",
        "2024-05-01",
    ];
    run_on(url, &half).ended(2);
    Books::begin(url).await;
    let nowhere = [
        "finance",
        "trial-balance",
        "--month",
        "2024-06",
        "--store",
        "centro",
    ];
    assert_eq!(run_on(url, &nowhere).ended(1).error()["code"], "STORE_UNKNOWN");
    let empty = run_on(url, &["finance", "trial-balance", "--month", "2024-06", "--text"])
        .ended(0)
        .out;
    assert!(empty.contains("No account has a balance or moved."), "{empty}");
}
