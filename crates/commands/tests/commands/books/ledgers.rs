//! What the books must say, folded from the log by other code than that which posts: plain JSON and sums.

use std::collections::{BTreeMap, HashMap, HashSet};

use posars_event_store::RecordedEvent;
use serde_json::Value;

/// A role or a cause, and a store; the store is empty for what is of none.
type Key = (String, String);
type Sums = BTreeMap<Key, i64>;

/// Sums in centavos.
#[derive(Debug, Default)]
pub(super) struct Ledgers {
    /// Debits less credits of the lines of a role.
    roles: Sums,
    /// The same, of the entries of sales, voids and returns only.
    roles_of_sales: Sums,
    /// What is open, by the role that holds it: owed to the company above zero, by it below.
    owed: Sums,
    /// The value of each stock by its last event.
    stocks: HashMap<String, (String, i64)>,
    /// Sales less voids less what was paid back.
    sales: Sums,
    /// Payments in cash less change less refunds in cash.
    cash: Sums,
    /// The positions that entries are posted for.
    posted: HashSet<u64>,
    /// The positions of events that move value.
    of_value: HashSet<u64>,
    debits: i64,
    credits: i64,
}

const CONTROLLED: [&str; 12] = [
    "pix_in_transit",
    "card_receivable",
    "boleto_receivable",
    "customer_receivable",
    "voucher_receivable",
    "check_receivable",
    "other_receivable",
    "suppliers",
    "salaries_payable",
    "taxes_payable",
    "refunds_payable",
    "other_payables",
];

fn role_of_kind(kind: &str) -> &'static str {
    match kind {
        "card" => "card_receivable",
        "pix" => "pix_in_transit",
        "boleto" => "boleto_receivable",
        "customer" => "customer_receivable",
        "voucher" => "voucher_receivable",
        "check" => "check_receivable",
        "other_receivable" => "other_receivable",
        "supplier" => "suppliers",
        "salary" => "salaries_payable",
        "tax" => "taxes_payable",
        "refund" => "refunds_payable",
        "other_payable" => "other_payables",
        other => unreachable!("kind {other}"),
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or(0)
}

fn cash_of(payments: &Value) -> i64 {
    let payments = payments.as_array().into_iter().flatten();
    payments
        .filter(|payment| payment["method"] == "cash")
        .map(|payment| number(payment, "amount"))
        .sum()
}

impl Ledgers {
    pub(super) fn of(log: &[RecordedEvent]) -> Self {
        let mut ledgers = Self::default();
        for event in log {
            ledgers.follow(event);
        }
        ledgers
    }

    fn follow(&mut self, event: &RecordedEvent) {
        let data: Value = serde_json::from_str(&event.data).unwrap();
        let position = event.position.get();
        match event.stream.category() {
            "entry" => self.entry(event.event_type.as_str(), &data),
            "sale" => {
                self.of_value.insert(position);
                self.sale(event.event_type.as_str(), &data);
            }
            "stock" => {
                if !event.event_type.as_str().starts_with("Shortage") {
                    self.of_value.insert(position);
                }
                let value = number(&data["balance"], "value");
                self.stocks
                    .insert(event.stream.to_string(), (text(&data, "store_id"), value));
            }
            "payroll" => drop(self.of_value.insert(position)),
            "receivable" => self.owed(event.event_type.as_str(), position, &data, 1),
            "payable" => self.owed(event.event_type.as_str(), position, &data, -1),
            _ => {}
        }
    }

    fn entry(&mut self, event_type: &str, data: &Value) {
        let source = &data["source"];
        if event_type == "JournalEntryPosted" && !source.is_null() {
            let position = source["position"].as_u64().unwrap();
            assert!(self.posted.insert(position), "{position} is posted twice");
        }
        let of_sale = text(source, "event_type").starts_with("Sale");
        let (mut debits, mut credits) = (0, 0);
        for line in data["lines"].as_array().unwrap() {
            let (debit, credit) = (number(line, "debit"), number(line, "credit"));
            assert!((debit > 0) != (credit > 0), "{data}");
            (debits, credits) = (debits + debit, credits + credit);
            let key = (text(line, "role"), text(line, "store_id"));
            *self.roles.entry(key.clone()).or_default() += debit - credit;
            if of_sale {
                *self.roles_of_sales.entry(key).or_default() += debit - credit;
            }
        }
        assert!(debits == credits && debits > 0, "{data}");
        (self.debits, self.credits) = (self.debits + debits, self.credits + credits);
    }

    fn sale(&mut self, event_type: &str, data: &Value) {
        let key = (String::new(), text(data, "store_id"));
        let (worth, cash) = match event_type {
            "SaleRecorded" => (
                number(data, "total"),
                cash_of(&data["payments"]) - number(data, "change"),
            ),
            "SaleVoided" => (-number(data, "total"), -cash_of(&data["refunds"])),
            "SaleReturned" => (-number(data, "total_refund"), -cash_of(&data["refunds"])),
            other => unreachable!("{other}"),
        };
        *self.sales.entry(key.clone()).or_default() += worth;
        *self.cash.entry(key).or_default() += cash;
    }

    fn owed(&mut self, event_type: &str, position: u64, data: &Value, side: i64) {
        let item = &data["item"];
        let key = (
            role_of_kind(item["kind"].as_str().unwrap()).to_owned(),
            text(item, "store_id"),
        );
        let amount = number(data, "amount");
        let what = event_type
            .trim_start_matches("Receivable")
            .trim_start_matches("Payable");
        let (change, by_hand) = match what {
            "Registered" => (amount, !data["origin"]["hand"].is_null()),
            "Increased" => (amount, false),
            "Credited" => (-amount, data["position"].is_null()),
            "Settled" | "Cancelled" | "WrittenOff" => (-amount, true),
            "SettlementReversed" => (amount, true),
            "Rescheduled" => (0, false),
            other => unreachable!("{other}"),
        };
        *self.owed.entry(key).or_default() += side * change;
        if by_hand {
            self.of_value.insert(position);
        }
    }

    /// What differs between the books and what they are of; empty when all is as it must be.
    pub(super) fn differences(&self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, books: &Sums, ledger: &Sums| {
            let keys: HashSet<&Key> = books.keys().chain(ledger.keys()).collect();
            for key in keys {
                let (books, ledger) = (books.get(key).unwrap_or(&0), ledger.get(key).unwrap_or(&0));
                if books != ledger {
                    differences.push(format!("{what} {key:?}: books {books}, ledger {ledger}"));
                }
            }
        };
        let of_role = |sums: &Sums, roles: &[&str], sign: i64| {
            let mut by_store = Sums::new();
            for ((role, store), amount) in sums {
                if roles.contains(&role.as_str()) {
                    *by_store.entry((String::new(), store.clone())).or_default() += sign * amount;
                }
            }
            by_store
        };
        let mut stock = Sums::new();
        for (store, value) in self.stocks.values() {
            *stock.entry((String::new(), store.clone())).or_default() += value;
        }
        compare("inventory", &of_role(&self.roles, &["inventory"], 1), &stock);
        let controlled = |(key, amount): (&Key, &i64)| {
            CONTROLLED
                .contains(&key.0.as_str())
                .then(|| (key.clone(), *amount))
        };
        let held = self.roles.iter().filter_map(controlled).collect();
        compare("owed", &held, &self.owed);
        let result = [
            "gross_revenue",
            "sales_discounts",
            "sales_cancelled",
            "sales_returns",
        ];
        compare("sales", &of_role(&self.roles_of_sales, &result, -1), &self.sales);
        compare("cash", &of_role(&self.roles_of_sales, &["cash"], 1), &self.cash);
        if self.debits != self.credits {
            differences.push(format!("debits {}, credits {}", self.debits, self.credits));
        }
        for position in &self.posted {
            if !self.of_value.contains(position) {
                differences.push(format!("an entry for {position}, which moves no value"));
            }
        }
        differences
    }

    pub(super) fn entry_count(&self) -> usize {
        self.posted.len()
    }
}
