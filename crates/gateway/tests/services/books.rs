//! The queries of the books over gRPC and REST: the same answers on both wires, and the same refusals.

use crate::door::{Answer, Caller, House, SALE_OF_SP01, Wire};
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

/// The house's books: in each of two stores a sale of 60.80 with 3.00 off, of which 47.80 stayed in cash and 10.00 came by
/// PIX, and a delivery worth 85.00. The goods that were sold are not in the catalogue, so none of them moved.
struct Books {
    house: House,
    auditor: Caller,
    position: String,
}

impl Books {
    async fn open() -> Self {
        let house = House::open().await;
        Self {
            auditor: house.caller(&["acme/auditor"]),
            position: house.heads().await[0].to_string(),
            house,
        }
    }

    /// The answer of a query, which is the same on both wires and includes all that was recorded.
    async fn ask(&self, rpc: &str, fields: &[(&str, &str)]) -> Value {
        let fields: Vec<_> = fields
            .iter()
            .copied()
            .chain([("min_position", self.position.as_str())])
            .collect();
        let rpc = self.house.rpc(rpc).in_every_store(0).with_fields(&fields);
        let grpc = self.house.call(Wire::Grpc, &rpc, &self.auditor, None).await;
        let rest = self.house.call(Wire::Rest, &rpc, &self.auditor, None).await;
        for answer in [&grpc, &rest] {
            assert_eq!(answer.code, "OK", "{}: {answer:?}", rpc.path);
        }
        // REST writes also what is empty.
        let rest = DynamicMessage::deserialize(rpc.output.clone(), rest.body()).unwrap();
        let rest = serde_json::to_value(rest).unwrap();
        assert_eq!(*grpc.body(), rest, "{}", rpc.path);
        rest
    }

    /// The refusal of a query, which is the same on both wires.
    async fn refused(&self, rpc: &str, fields: &[(&str, &str)]) -> Answer {
        let rpc = self.house.rpc(rpc).in_every_store(0).with_fields(fields);
        let grpc = self.house.call(Wire::Grpc, &rpc, &self.auditor, None).await;
        let rest = self.house.call(Wire::Rest, &rpc, &self.auditor, None).await;
        assert_ne!(grpc.code, "OK", "{} {fields:?}: {:?}", rpc.path, grpc.body());
        assert_eq!(
            (&grpc.code, &grpc.reason, &grpc.message),
            (&rest.code, &rest.reason, &rest.message),
            "{}",
            rpc.path
        );
        rest
    }
}

/// Centavos of an amount of an answer.
fn centavos(money: &Value) -> i64 {
    assert_eq!(money["currencyCode"], "BRL", "{money}");
    money["amountMinor"]
        .as_str()
        .map_or(0, |minor| minor.parse().unwrap())
}

fn list<'body>(body: &'body Value, field: &str) -> &'body [Value] {
    body[field].as_array().map_or(&[], Vec::as_slice)
}

/// The row of a list with this value.
fn row<'body>(body: &'body Value, field: &str, key: &str, value: &str) -> &'body Value {
    let found = list(body, field).iter().find(|row| row[key] == value);
    found.unwrap_or_else(|| panic!("no {key} {value} in {body}"))
}

/// What nobody posted, and nobody owes.
const NO_ENTRY: &str = "companies/acme/journalEntries/0192d3b4-7c1e-7a55-9f00-1b2c3d4e5fff";
const NO_RECEIVABLE: &str = "companies/acme/receivables/0192d3b4-7c1e-7a55-9f00-1b2c3d4e5fff";
const NO_PAYABLE: &str = "companies/acme/payables/0192d3b4-7c1e-7a55-9f00-1b2c3d4e5fff";
/// One character more than a party's id has.
const LONG: &str = "11111111111111111111111111111111111111111111111111111111111111111";
const NOVEMBER: [(&str, &str); 2] = [("start_date", "2026-11-01"), ("end_date", "2026-11-30")];

/// The code of the account that has a role in all stores.
async fn code_of(books: &Books, role: &str) -> String {
    let chart = books.ask("ListAccounts", &[("page_size", "1000")]).await;
    let has = |account: &&Value| list(account, "roles").iter().any(|own| own["role"] == role);
    let account = list(&chart, "accounts").iter().find(has);
    account.unwrap_or_else(|| panic!("nothing has {role}"))["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_chart_is_a_tree_with_balances() {
    let books = Books::open().await;
    let cash = code_of(&books, "cash").await;
    let chart = books.ask("ListAccounts", &[("page_size", "1000")]).await;
    assert!(list(&chart, "accounts").len() > 50);
    let account = row(&chart, "accounts", "code", &cash);
    assert_eq!(centavos(&account["balance"]), 2 * 4_780);
    // Every heading stands before what is under it, and holds the sum.
    let parent = row(
        &chart,
        "accounts",
        "code",
        account["parentCode"].as_str().unwrap(),
    );
    assert_eq!(
        parent["depth"].as_u64().unwrap_or(0) + 1,
        account["depth"].as_u64().unwrap()
    );
    assert!(centavos(&parent["balance"]) >= 2 * 4_780);
    let of_one = [
        ("name", format!("companies/acme/accounts/{cash}")),
        ("store_id", "sp01".to_owned()),
    ];
    let of_one = of_one.each_ref().map(|(field, value)| (*field, value.as_str()));
    let one = books.ask("GetAccount", &of_one).await;
    assert_eq!(centavos(&one["account"]["balance"]), 4_780);
    let before = books
        .ask("GetAccount", &[of_one[0], ("date", "2026-11-21")])
        .await;
    assert_eq!(centavos(&before["account"]["balance"]), 0);
    // In pages: the same accounts, each once.
    let mut codes = Vec::new();
    let mut token = String::new();
    loop {
        let page = [
            ("page_size", "7"),
            ("page_token", token.as_str()),
            ("type", "ACCOUNT_TYPE_ASSET"),
        ];
        let page = books.ask("ListAccounts", &page).await;
        codes.extend(
            list(&page, "accounts")
                .iter()
                .map(|account| account["code"].clone()),
        );
        token = page["nextPageToken"].as_str().unwrap_or_default().to_owned();
        if token.is_empty() {
            break;
        }
    }
    let assets = list(&chart, "accounts")
        .iter()
        .filter(|account| account["type"] == "ACCOUNT_TYPE_ASSET");
    assert_eq!(
        codes,
        assets.map(|account| account["code"].clone()).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn statements_are_what_was_sold_and_delivered() {
    let books = Books::open().await;
    let trial = books.ask("GetTrialBalance", &NOVEMBER).await;
    let (debits, credits) = (centavos(&trial["debitTotal"]), centavos(&trial["creditTotal"]));
    assert_eq!((debits, credits), (2 * (6_080 + 8_500), 2 * (6_080 + 8_500)));
    let suppliers = code_of(&books, "suppliers").await;
    let owed = row(&trial, "rows", "accountCode", &suppliers);
    assert_eq!(
        (centavos(&owed["credit"]), centavos(&owed["closing"])),
        (17_000, -17_000)
    );

    let compared = [
        ("compare_start_date", "2026-10-01"),
        ("compare_end_date", "2026-10-31"),
    ];
    let both: Vec<_> = NOVEMBER.into_iter().chain(compared).collect();
    let statement = books.ask("GetIncomeStatement", &both).await;
    let columns = list(&statement, "columns");
    assert_eq!(columns.len(), 2);
    assert_eq!(columns[1]["compared"], true);
    let amounts = |kind: &str| {
        let kind = format!("INCOME_STATEMENT_LINE_KIND_{kind}");
        let line = row(&statement, "lines", "kind", &kind);
        list(line, "amounts").iter().map(centavos).collect::<Vec<_>>()
    };
    assert_eq!(amounts("GROSS_REVENUE"), [12_160, 0]);
    assert_eq!(amounts("DEDUCTIONS"), [600, 0]);
    assert_eq!(amounts("NET_REVENUE"), [11_560, 0]);
    assert_eq!(amounts("RESULT"), [11_560, 0]);
    let by_store = [
        NOVEMBER[0],
        NOVEMBER[1],
        ("columns", "INCOME_STATEMENT_COLUMNS_STORE"),
    ];
    let by_store = books.ask("GetIncomeStatement", &by_store).await;
    let stores: Vec<_> = list(&by_store, "columns")
        .iter()
        .map(|column| column["storeId"].clone())
        .collect();
    assert_eq!(stores, [json!("sp01"), json!("sp02")]);

    let flow = books.ask("GetCashFlow", &NOVEMBER).await;
    let days = list(&flow, "days");
    assert_eq!(days.len(), 30);
    assert_eq!(centavos(&days[21]["inflow"]), 2 * 4_780);
    assert_eq!(centavos(&days[21]["expectedInflow"]), 2_000);
    assert_eq!(centavos(&flow["closing"]), 2 * 5_780);
}

#[tokio::test]
async fn the_journal_has_an_entry_for_each_event_and_the_ledger_its_lines() {
    let books = Books::open().await;
    let journal = books.ask("ListJournalEntries", &[]).await;
    let entries = list(&journal, "journalEntries");
    let numbers: Vec<_> = entries
        .iter()
        .map(|entry| entry["number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["1", "2", "3", "4"]);
    let sales = books
        .ask("ListJournalEntries", &[("source_event_type", "SaleRecorded")])
        .await;
    assert_eq!(list(&sales, "journalEntries").len(), 2);
    let by_hand = books.ask("ListJournalEntries", &[("by_hand", "true")]).await;
    assert!(list(&by_hand, "journalEntries").is_empty());
    let entry = &list(&sales, "journalEntries")[0];
    let event = entry["source"]["eventId"].as_str().unwrap();
    let of_event = books
        .ask("ListJournalEntries", &[("source_event_id", event)])
        .await;
    assert_eq!(list(&of_event, "journalEntries"), std::slice::from_ref(entry));
    let one = books
        .ask("GetJournalEntry", &[("name", entry["name"].as_str().unwrap())])
        .await;
    assert_eq!(one["journalEntry"], *entry);
    assert_eq!(centavos(&entry["total"]), 6_080);
    assert!(
        list(entry, "lines")
            .iter()
            .all(|line| line["accountName"].as_str().is_some_and(|name| !name.is_empty()))
    );

    let cash = format!("companies/acme/accounts/{}", code_of(&books, "cash").await);
    let first = books
        .ask("ListLedgerLines", &[("parent", &cash), ("page_size", "1")])
        .await;
    let token = first["nextPageToken"].as_str().unwrap();
    let second = [
        ("parent", cash.as_str()),
        ("page_size", "1"),
        ("page_token", token),
    ];
    let second = books.ask("ListLedgerLines", &second).await;
    assert_eq!(centavos(&list(&first, "ledgerLines")[0]["balance"]), 4_780);
    assert_eq!(centavos(&second["openingBalance"]), 4_780);
    assert_eq!(centavos(&list(&second, "ledgerLines")[0]["balance"]), 9_560);
    assert_eq!(second["nextPageToken"].as_str().unwrap_or_default(), "");
}

#[tokio::test]
async fn what_is_owed_is_listed_read_and_aged() {
    let books = Books::open().await;
    let receivables = books.ask("ListReceivables", &[("open_only", "true")]).await;
    let sale = format!("companies/acme/sales/{SALE_OF_SP01}");
    let items = list(&receivables, "receivables").iter();
    let mut of_sale = items.filter(|item| item["origin"]["sale"] == sale.as_str());
    let item = of_sale.next().unwrap();
    assert!(of_sale.next().is_none());
    assert_eq!(
        (&item["kind"], centavos(&item["open"])),
        (&json!("ITEM_KIND_PIX"), 1_000)
    );
    let one = books
        .ask("GetReceivable", &[("name", item["name"].as_str().unwrap())])
        .await;
    assert_eq!(one["receivable"], *item);
    assert_eq!(list(&one, "moves").len(), 1);
    let payables = books.ask("ListPayables", &[("store_id", "sp02")]).await;
    let payable = &list(&payables, "payables")[0];
    assert_eq!(list(&payables, "payables").len(), 1);
    assert!(
        payable["origin"]["stockReceipt"]
            .as_str()
            .unwrap()
            .starts_with("companies/acme/stores/sp02/stockReceipts/")
    );
    // Thirty days after the delivery, when nobody defined anything else.
    assert_eq!(
        list(payable, "installments")[0]["dueDate"],
        json!({"year": 2026, "month": 12, "day": 22})
    );
    let none = books.ask("ListPayables", &[("overdue_date", "2026-12-22")]).await;
    assert!(list(&none, "payables").is_empty());
    let overdue = books.ask("ListPayables", &[("overdue_date", "2026-12-23")]).await;
    assert_eq!(list(&overdue, "payables").len(), 2);
    let ageing = books.ask("GetPayablesAgeing", &[("date", "2027-01-31")]).await;
    assert_eq!(centavos(&ageing["total"]["days31To60"]), 17_000);
    assert_eq!(centavos(&ageing["total"]["open"]), 17_000);
    let ageing = books.ask("GetReceivablesAgeing", &[("date", "2026-11-22")]).await;
    assert_eq!(centavos(&ageing["total"]["notDue"]), 2_000);
    let lines = books.ask("ListStatementLines", &[]).await;
    assert!(list(&lines, "statementLines").is_empty());
    let exceptions = books.ask("ListFinanceExceptions", &[]).await;
    assert!(list(&exceptions, "financeExceptions").is_empty());
}

#[tokio::test]
async fn settings_and_months_are_listed() {
    let books = Books::open().await;
    let rules = books.ask("ListPostingRules", &[("page_size", "1000")]).await;
    assert!(list(&rules, "postingRules").len() > 40);
    let of_sales = [("event_type", "SaleRecorded"), ("date", "2026-11-22")];
    let of_sales = books.ask("ListPostingRules", &of_sales).await;
    let cash = row(&of_sales, "postingRules", "qualifier", "cash");
    assert_eq!((&cash["role"], &cash["endDate"]), (&json!("cash"), &Value::Null));
    for (rpc, field) in [
        ("ListCostCenters", "costCenters"),
        ("ListReceiptTerms", "receiptTerms"),
        ("ListSupplierTerms", "supplierTerms"),
    ] {
        assert!(list(&books.ask(rpc, &[]).await, field).is_empty(), "{rpc}");
    }
    let months = books.ask("ListPeriods", &[]).await;
    let months: Vec<_> = list(&months, "periods")
        .iter()
        .map(|month| (&month["month"], &month["state"]))
        .collect();
    assert_eq!(months, [(&json!("2026-11"), &json!("PERIOD_STATE_OPEN"))]);
    let quiet = books
        .ask("GetPeriod", &[("name", "companies/acme/periods/2020-02")])
        .await;
    assert_eq!(quiet["period"]["state"], "PERIOD_STATE_OPEN");
    assert!(list(&quiet, "trialBalance").is_empty());
}

/// A query with fields that make no sense, and how it is refused.
struct Senseless {
    rpc: &'static str,
    fields: &'static [(&'static str, &'static str)],
    code: &'static str,
    reason: &'static str,
}

const fn invalid(
    rpc: &'static str,
    fields: &'static [(&'static str, &'static str)],
    reason: &'static str,
) -> Senseless {
    Senseless {
        rpc,
        fields,
        code: "INVALID_ARGUMENT",
        reason,
    }
}

const fn absent(
    rpc: &'static str,
    fields: &'static [(&'static str, &'static str)],
    reason: &'static str,
) -> Senseless {
    Senseless {
        code: "NOT_FOUND",
        ..invalid(rpc, fields, reason)
    }
}

/// All days that a calendar has.
const ALL_DAYS: [(&str, &str); 2] = [("start_date", "1-01-01"), ("end_date", "9999-12-31")];

const SENSELESS: &[Senseless] = &[
    absent(
        "GetAccount",
        &[("name", "companies/acme/accounts/9.9")],
        "ACCOUNT_UNKNOWN",
    ),
    invalid(
        "GetAccount",
        &[("name", "companies/acme/accounts/a_b")],
        "ACCOUNT_CODE_INVALID",
    ),
    absent(
        "ListLedgerLines",
        &[("parent", "companies/acme/accounts/9.9")],
        "ACCOUNT_UNKNOWN",
    ),
    Senseless {
        rpc: "ListLedgerLines",
        fields: &[("parent", "companies/acme/accounts/1")],
        code: "FAILED_PRECONDITION",
        reason: "ACCOUNT_NOT_POSTABLE",
    },
    invalid("ListAccounts", &[("page_size", "1001")], "PAGE_SIZE_INVALID"),
    invalid("ListAccounts", &[("page_token", "ff")], "PAGE_TOKEN_INVALID"),
    invalid("ListAccounts", &[("date", "2026-2-30")], "FIELD_INVALID"),
    invalid("ListAccounts", &[("store_id", "SP-01")], "STORE_ID_INVALID"),
    invalid(
        "ListPostingRules",
        &[("event_type", "SaleRecord")],
        "POSTED_EVENT_UNKNOWN",
    ),
    invalid(
        "ListJournalEntries",
        &[("source_event_type", "saleRecorded")],
        "POSTED_EVENT_UNKNOWN",
    ),
    invalid("ListJournalEntries", &[("source_event_id", "7")], "FIELD_INVALID"),
    invalid("ListJournalEntries", &[("late_for", "2026-13")], "MONTH_INVALID"),
    invalid(
        "ListJournalEntries",
        &[("end_date", "1999-12-31")],
        "DATE_RANGE_INVALID",
    ),
    invalid(
        "ListJournalEntries",
        &[("start_date", "2100-01-01")],
        "DATE_RANGE_INVALID",
    ),
    invalid(
        "ListReceivables",
        &[("due_start_date", "2026-2-1"), ("due_end_date", "2026-1-1")],
        "DATE_RANGE_INVALID",
    ),
    invalid(
        "ListReceivables",
        &[("kind", "ITEM_KIND_SUPPLIER")],
        "FIELD_INVALID",
    ),
    invalid("ListReceivables", &[("party_id", LONG)], "PARTY_ID_INVALID"),
    absent("GetJournalEntry", &[("name", NO_ENTRY)], "ENTRY_UNKNOWN"),
    absent("GetReceivable", &[("name", NO_RECEIVABLE)], "ITEM_UNKNOWN"),
    absent("GetPayable", &[("name", NO_PAYABLE)], "ITEM_UNKNOWN"),
    invalid(
        "GetPeriod",
        &[("name", "companies/acme/periods/2026-13")],
        "MONTH_INVALID",
    ),
    invalid(
        "GetPeriod",
        &[("name", "companies/acme/periods/0001-01")],
        "MONTH_INVALID",
    ),
    invalid(
        "GetPeriod",
        &[("name", "companies/acme/periods/9999-12")],
        "MONTH_INVALID",
    ),
    invalid("GetTrialBalance", &[], "FIELD_REQUIRED"),
    invalid(
        "GetTrialBalance",
        &[ALL_DAYS[0], ("end_date", "1-12-31")],
        "DATE_RANGE_INVALID",
    ),
    invalid(
        "GetIncomeStatement",
        &[NOVEMBER[0], NOVEMBER[1], ("compare_start_date", "2026-10-1")],
        "FIELD_REQUIRED",
    ),
    invalid(
        "GetIncomeStatement",
        &[NOVEMBER[1], ("start_date", "2026-12-1")],
        "DATE_RANGE_INVALID",
    ),
    invalid("GetCashFlow", &ALL_DAYS, "DATE_RANGE_INVALID"),
    invalid("GetPayablesAgeing", &[], "FIELD_REQUIRED"),
    invalid("ListFinanceExceptions", &[("month", "11/2026")], "MONTH_INVALID"),
];

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_field() {
    let books = Books::open().await;
    for senseless in SENSELESS {
        let answer = books.refused(senseless.rpc, senseless.fields).await;
        assert_eq!(
            (answer.code.as_str(), answer.reason.as_deref()),
            (senseless.code, Some(senseless.reason)),
            "{} {:?}: {answer:?}",
            senseless.rpc,
            senseless.fields
        );
    }
    // All of the calendar is no mistake: there is nothing before and after the books.
    let trial = books.ask("GetTrialBalance", &ALL_DAYS).await;
    assert_eq!(centavos(&trial["debitTotal"]), 2 * (6_080 + 8_500));
}
