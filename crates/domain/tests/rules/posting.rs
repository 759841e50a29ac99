//! From what moves value to lines whose debits are their credits, or to what is missing.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use jiff::civil::Date;
use posars_domain::books::{Books, BooksBegun, BooksEvent, BooksState, OpeningStock, PeriodCloseBegun};
use posars_domain::chart::{AccountRoleAssigned, Chart, ChartDefined, ChartEvent, ChartState, RoleAccount};
use posars_domain::open_item::{ItemState, OpenItem, Payable, PayableEvent, Receivable, ReceivableEvent};
use posars_domain::posting::{Facts, NotPosted, Owed, Posted, Source, SourcePlace, Waits, post};
use posars_domain::posting_rules::{
    PostedEvent, PostingPart, PostingRules, PostingRulesDefined, PostingRulesEvent, PostingRulesState,
};
use posars_domain::sale::{SaleEvent, SaleRecorded, SaleReturned, SaleVoided};
use posars_domain::statement_line::StatementLineWrittenOff;
use posars_domain::stock::{AdjustmentReason, StockAdjusted, StockIssued, StockReceived, StockReturned};
use posars_domain::terms::TermsState;
use posars_domain::{
    AccountRole, Aggregate as _, Amount, Currency, DomainEvent as _, MethodAmount, Payment, PaymentMethod,
    Side,
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use uuid::Uuid;

fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

const fn cents(minor: i64) -> Amount {
    Amount::from_minor(minor)
}

fn file(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/");
    std::fs::read_to_string(format!("{folder}{name}.json")).unwrap()
}

/// The example of an event that is released.
fn example<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&file(name)).unwrap()
}

fn receivable(event_type: &str) -> ReceivableEvent {
    ReceivableEvent::from_json(event_type, 1, &file(&format!("{event_type}.v1"))).unwrap()
}

fn payable(event_type: &str) -> PayableEvent {
    PayableEvent::from_json(event_type, 1, &file(&format!("{event_type}.v1"))).unwrap()
}

/// The example of a posted event.
fn source(event: PostedEvent) -> Source {
    let name = event.as_str();
    match event {
        PostedEvent::SaleRecorded => Source::SaleRecorded(Box::new(example("SaleRecorded.v1"))),
        PostedEvent::SaleVoided => Source::SaleVoided(Box::new(example("SaleVoided.v1"))),
        PostedEvent::SaleReturned => Source::SaleReturned(Box::new(example("SaleReturned.v2"))),
        PostedEvent::StockReceived => Source::StockReceived(Box::new(example("StockReceived.v1"))),
        PostedEvent::StockIssued => Source::StockIssued(Box::new(example("StockIssued.owed.v1"))),
        PostedEvent::StockReturned => Source::StockReturned(Box::new(example("StockReturned.v1"))),
        PostedEvent::StockAdjusted => Source::StockAdjusted(Box::new(example("StockAdjusted.v1"))),
        PostedEvent::ReceivableRegistered
        | PostedEvent::ReceivableSettled
        | PostedEvent::ReceivableSettlementReversed
        | PostedEvent::ReceivableCredited
        | PostedEvent::ReceivableCancelled
        | PostedEvent::ReceivableWrittenOff => Source::Receivable(Box::new(receivable(name))),
        PostedEvent::PayableRegistered
        | PostedEvent::PayableSettled
        | PostedEvent::PayableSettlementReversed
        | PostedEvent::PayableCredited
        | PostedEvent::PayableCancelled
        | PostedEvent::PayableWrittenOff => Source::Payable(Box::new(payable(name))),
        PostedEvent::StatementLineWrittenOff => {
            Source::StatementLineWrittenOff(Box::new(example("StatementLineWrittenOff.v1")))
        }
        PostedEvent::PayrollRecorded => Source::PayrollRecorded(Box::new(example("PayrollRecorded.v1"))),
        PostedEvent::PayrollVoided => Source::PayrollVoided(Box::new(example("PayrollVoided.v1"))),
    }
}

struct World {
    chart: ChartState,
    rules: PostingRulesState,
    terms: TermsState,
    months: BooksState,
}

impl World {
    fn new() -> Self {
        Self::with(
            PostingRulesDefined::brazilian_retail(),
            ChartDefined::brazilian_retail(),
            None,
        )
    }

    fn with(rules: PostingRulesDefined, chart: ChartDefined, begins_on: Option<Date>) -> Self {
        let begun = BooksBegun {
            currency: Currency::BRL,
            begins_on,
            up_to_position: begins_on.map_or(0, |_| 10),
            opening: Vec::new(),
        };
        Self {
            chart: Chart::fold(&[ChartEvent::from(chart)]),
            rules: PostingRules::fold(&[PostingRulesEvent::from(rules)]),
            terms: TermsState::default(),
            months: Books::fold(&[BooksEvent::from(begun)]),
        }
    }

    fn post(&self, source: &Source, owed: &Owed<'_>) -> Result<Option<Posted>, NotPosted> {
        let facts = Facts {
            chart: &self.chart,
            rules: &self.rules,
            terms: &self.terms,
            months: &self.months,
        };
        let place = SourcePlace {
            event_id: Uuid::from_u128(7),
            position: 7,
        };
        post(source, place, &facts, owed)
    }

    fn posted(&self, source: &Source) -> Option<Posted> {
        self.post(source, &Owed::default()).unwrap()
    }
}

/// Debits, which are the credits; checked line by line.
fn total(posted: &Posted) -> i64 {
    let (mut debits, mut credits) = (0, 0);
    for line in &posted.entry.lines {
        match line.side().unwrap() {
            (Side::Debit, amount) => debits += amount.minor(),
            (Side::Credit, amount) => credits += amount.minor(),
        }
    }
    assert_eq!(debits, credits);
    assert!(debits > 0);
    debits
}

/// Debits less credits of a role.
fn of_role(posted: &Posted, role: &AccountRole) -> i64 {
    let lines = posted
        .entry
        .lines
        .iter()
        .filter(|line| line.role.as_ref() == Some(role));
    lines.map(|line| line.debit.minor() - line.credit.minor()).sum()
}

fn waits(result: Result<Option<Posted>, NotPosted>) -> (String, &'static str) {
    let Err(NotPosted::Waits(waits)) = result else {
        unreachable!("{result:?}");
    };
    (waits.key(), waits.reason())
}

#[test]
fn every_released_event_that_moves_value_has_an_entry_by_the_usual_rules() {
    let world = World::new();
    for event in PostedEvent::ALL {
        let source = source(*event);
        let posted = world.post(&source, &Owed::default());
        let posted = match posted {
            Ok(Some(posted)) => posted,
            // An example that follows from another event is in the entry of that.
            Ok(None) => {
                assert_eq!(source.event(), None, "{event}");
                continue;
            }
            Err(error) => unreachable!("{event}: {error:?}"),
        };
        total(&posted);
        assert_eq!(posted.entry.source.unwrap().event_type, event.as_str());
    }
}

#[test]
fn what_is_missing_is_told_with_its_key() {
    let sale = source(PostedEvent::SaleRecorded);
    let mut rules = PostingRulesDefined::brazilian_retail();
    rules.rules.retain(|rule| rule.part != PostingPart::Payment);
    let world = World::with(rules.clone(), ChartDefined::brazilian_retail(), None);
    assert_eq!(
        waits(world.post(&sale, &Owed::default())),
        (
            "rule-SaleRecorded-payment-cash".to_owned(),
            "POSTING_RULE_MISSING"
        )
    );
    let mut chart = ChartDefined::brazilian_retail();
    chart
        .roles
        .retain(|assigned| assigned.role != AccountRole::GROSS_REVENUE);
    let world = World::with(PostingRulesDefined::brazilian_retail(), chart, None);
    assert_eq!(
        waits(world.post(&sale, &Owed::default())),
        ("role-gross_revenue-centro".to_owned(), "ACCOUNT_ROLE_UNASSIGNED")
    );
    for unfit in [AccountRole::INVENTORY, AccountRole::SUPPLIERS] {
        let mut rules = rules.clone();
        let mut rule = rules.rules[0].clone();
        (rule.event, rule.part, rule.qualifier) = (PostedEvent::SaleRecorded, PostingPart::Payment, None);
        rule.role = unfit;
        rules.rules.push(rule);
        let world = World::with(rules, ChartDefined::brazilian_retail(), None);
        assert_eq!(waits(world.post(&sale, &Owed::default())).1, "POSTING_RULE_UNFIT");
    }
    let Source::SaleRecorded(mut foreign) = sale else {
        unreachable!()
    };
    foreign.currency = v("USD");
    let foreign = Source::SaleRecorded(foreign);
    assert_eq!(
        waits(World::new().post(&foreign, &Owed::default())),
        ("currency-USD".to_owned(), "CURRENCY_NOT_OF_BOOKS")
    );
    let of_sale = Waits::ForSale {
        sale_id: v("0193a5f0-0000-7000-8000-000000000001"),
    };
    assert_eq!(of_sale.key(), "sale-0193a5f0-0000-7000-8000-000000000001");
}

#[test]
fn a_store_has_its_own_account_for_a_role_and_a_month_that_is_shut_the_next_one() {
    let mut world = World::new();
    let assigned = ChartEvent::from(AccountRoleAssigned {
        assigned: RoleAccount {
            role: AccountRole::CASH,
            store_id: Some(v("centro")),
            code: v("1.1.01.003"),
        },
    });
    world.chart = Chart::evolve(world.chart, &assigned);
    let shut = BooksEvent::from(PeriodCloseBegun { month: v("2026-11") });
    world.months = Books::evolve(world.months, &shut);
    let posted = world.posted(&source(PostedEvent::SaleRecorded)).unwrap();
    let cash = &posted.entry.lines[0];
    assert_eq!(
        (cash.account.as_str(), cash.role.clone()),
        ("1.1.01.003", Some(AccountRole::CASH))
    );
    assert_eq!(
        (posted.entry.accounting_date, posted.entry.late_for),
        (v("2026-12-01"), Some(v("2026-11")))
    );
}

#[test]
fn what_the_opening_has_is_not_posted_and_the_opening_is() {
    let (rules, chart) = (
        PostingRulesDefined::brazilian_retail(),
        ChartDefined::brazilian_retail(),
    );
    let sale = source(PostedEvent::SaleRecorded);
    let world = World::with(rules.clone(), chart.clone(), Some(v("2026-11-21")));
    assert_eq!(world.posted(&sale), None);
    let world = World::with(rules, chart, Some(v("2026-11-20")));
    assert!(world.posted(&sale).is_some());
    let stock = |store: &str, value: i64| OpeningStock {
        store_id: v(store),
        value: cents(value),
    };
    let begun = Source::BooksBegun(Box::new(BooksBegun {
        currency: Currency::BRL,
        begins_on: Some(v("2026-11-20")),
        up_to_position: 10,
        opening: vec![stock("centro", 5_000), stock("norte", -300)],
    }));
    let posted = world.posted(&begun).unwrap();
    let lines: Vec<_> = posted
        .entry
        .lines
        .iter()
        .map(|line| {
            let (side, amount) = line.side().unwrap();
            let store = line.store_id.as_ref().unwrap().to_string();
            (
                store,
                line.role.as_ref().unwrap().to_string(),
                side,
                amount.minor(),
            )
        })
        .collect();
    let line = |store: &str, role: &str, side, minor| (store.to_owned(), role.to_owned(), side, minor);
    assert_eq!(
        lines,
        [
            line("centro", "inventory", Side::Debit, 5_000),
            line("centro", "opening_balance", Side::Credit, 5_000),
            line("norte", "inventory", Side::Credit, 300),
            line("norte", "opening_balance", Side::Debit, 300),
        ]
    );
}

#[test]
fn amounts_at_the_edge_of_their_range_are_refused_and_never_wrap() {
    let world = World::new();
    let mut received: StockReceived = example("StockReceived.v1");
    (received.value, received.negative_settled) = (Amount::MAX, cents(-1));
    let beyond = world.post(&Source::StockReceived(Box::new(received)), &Owed::default());
    assert!(
        matches!(
            beyond,
            Err(NotPosted::Impossible {
                reason: "AMOUNT_OUT_OF_RANGE",
                ..
            })
        ),
        "{beyond:?}"
    );
}

const METHODS: [PaymentMethod; 8] = [
    PaymentMethod::CASH,
    PaymentMethod::PIX,
    PaymentMethod::CREDIT_CARD,
    PaymentMethod::DEBIT_CARD,
    PaymentMethod::BOLETO,
    PaymentMethod::STORE_CREDIT,
    PaymentMethod::GIFT,
    PaymentMethod::OTHER,
];

fn sold(paid: &[(usize, i64)], change: i64, discount: i64) -> SaleRecorded {
    let mut sale: SaleRecorded = example("SaleRecorded.v1");
    let payment = |(method, amount): &(usize, i64)| Payment::new(METHODS[*method].clone(), cents(*amount));
    sale.payments = paid.iter().map(payment).collect();
    sale.change = cents(change);
    sale.total = cents(paid.iter().map(|(_, amount)| amount).sum::<i64>() - change);
    sale.discount_total = cents(discount);
    sale.gross_total = cents(sale.total.minor() + discount);
    sale
}

/// Payments that come to something; their change may be more than their cash.
fn payments() -> impl Strategy<Value = (Vec<(usize, i64)>, i64)> {
    prop::collection::vec((0..METHODS.len(), 0_i64..100_000), 0..6).prop_flat_map(|paid| {
        let sum: i64 = paid.iter().map(|(_, amount)| amount).sum();
        (Just(paid), 0..=sum)
    })
}

proptest! {
    #[test]
    fn a_sale_is_its_payments_and_what_is_owed_for_them((paid, change) in payments(), discount in 0_i64..5_000) {
        let world = World::new();
        let sale = sold(&paid, change, discount);
        let gross = sale.gross_total.minor();
        let posted = world.posted(&Source::SaleRecorded(Box::new(sale.clone())));
        let Some(posted) = posted else {
            // Nothing was paid and nothing was worth anything.
            prop_assert!(sale.received().is_empty() && gross == 0 && discount == 0);
            return Ok(());
        };
        total(&posted);
        prop_assert_eq!(of_role(&posted, &AccountRole::GROSS_REVENUE), -gross);
        prop_assert_eq!(of_role(&posted, &AccountRole::SALES_DISCOUNTS), discount);
        let cash: i64 = paid.iter().filter(|(method, _)| *method == 0).map(|(_, amount)| amount).sum();
        prop_assert_eq!(of_role(&posted, &AccountRole::CASH), cash - change);
        let mut owed = 0;
        for event in &posted.receivables {
            let ReceivableEvent::ReceivableRegistered(event) = event else { unreachable!("{event:?}") };
            owed += event.amount.minor();
            let parts: i64 = event.installments.iter().map(|part| part.amount.minor()).sum();
            prop_assert_eq!(parts, event.amount.minor());
        }
        let roles = [AccountRole::PIX_IN_TRANSIT, AccountRole::CARD_RECEIVABLE,
                     AccountRole::BOLETO_RECEIVABLE, AccountRole::CUSTOMER_RECEIVABLE];
        prop_assert_eq!(roles.iter().map(|role| of_role(&posted, role)).sum::<i64>(), owed);

        // A void gives back what was received; nothing has come in, so nothing is owed to the customer.
        let states: Vec<ItemState<Receivable>> =
            posted.receivables.iter().map(|event| OpenItem::<Receivable>::fold([event])).collect();
        let mut void: SaleVoided = example("SaleVoided.v1");
        (void.refunds, void.total) = (sale.received(), sale.total);
        let owed = Owed { receivables: states.iter().collect(), ..Owed::default() };
        if let Some(voided) = world.post(&Source::SaleVoided(Box::new(void)), &owed).unwrap() {
            total(&voided);
            prop_assert!(voided.payables.is_empty());
            prop_assert_eq!(of_role(&voided, &AccountRole::CASH), change - cash);
            let is_credit = |event: &ReceivableEvent| matches!(event, ReceivableEvent::ReceivableCredited(_));
            prop_assert!(voided.receivables.iter().all(is_credit));
            for role in &roles {
                prop_assert_eq!(of_role(&voided, role), -of_role(&posted, role));
            }
        }
    }

    #[test]
    fn money_back_goes_off_what_is_open_and_the_rest_is_owed(paid in 1_i64..10_000, back in 1_i64..20_000) {
        let world = World::new();
        let sale = sold(&[(2, paid)], 0, 0);
        let posted = world.posted(&Source::SaleRecorded(Box::new(sale))).unwrap();
        let state = OpenItem::<Receivable>::fold(&posted.receivables);
        let mut returned: SaleReturned = example("SaleReturned.v2");
        returned.refunds = vec![MethodAmount { method: PaymentMethod::CREDIT_CARD, amount: cents(back) }];
        returned.total_refund = cents(back);
        let owed = Owed { receivables: vec![&state], ..Owed::default() };
        let entry = world.post(&Source::SaleReturned(Box::new(returned)), &owed).unwrap().unwrap();
        prop_assert_eq!(total(&entry), back);
        prop_assert_eq!(of_role(&entry, &AccountRole::CARD_RECEIVABLE), -back.min(paid));
        prop_assert_eq!(of_role(&entry, &AccountRole::REFUNDS_PAYABLE), -(back - back.min(paid)));
        prop_assert_eq!(entry.payables.len(), usize::from(back > paid));
    }

    #[test]
    fn goods_are_worth_what_the_stock_says(value in -1_000_000_i64..1_000_000, settled in -1_000_000_i64..1_000_000, reason in 0..AdjustmentReason::ALL.len()) {
        let world = World::new();
        let mut adjusted: StockAdjusted = example("StockAdjusted.v1");
        (adjusted.value, adjusted.negative_settled) = (cents(value), cents(settled));
        adjusted.reason = AdjustmentReason::ALL[reason];
        let mut returned: StockReturned = example("StockReturned.v1");
        (returned.value, returned.negative_settled) = (cents(value), cents(settled));
        let mut issued: StockIssued = example("StockIssued.v1");
        issued.cost = cents(-value);
        let mut received: StockReceived = example("StockReceived.v1");
        (received.value, received.negative_settled) = (cents(value.abs()), cents(settled));
        for (source, change) in [
            (Source::StockAdjusted(Box::new(adjusted)), value - settled),
            (Source::StockReturned(Box::new(returned)), value - settled),
            (Source::StockIssued(Box::new(issued)), value),
            (Source::StockReceived(Box::new(received)), value.abs() - settled),
        ] {
            match world.posted(&source) {
                Some(posted) => {
                    total(&posted);
                    prop_assert_eq!(of_role(&posted, &AccountRole::INVENTORY), change);
                }
                None => prop_assert_eq!(change, 0),
            }
        }
    }

    #[test]
    fn a_delivery_of_many_lines_is_owed_once(values in prop::collection::vec(0_i64..100_000, 1..20)) {
        let world = World::new();
        let mut state = ItemState::<Payable>::default();
        let mut supplied = 0;
        for value in &values {
            let mut received: StockReceived = example("StockReceived.v1");
            (received.value, received.negative_settled) = (cents(*value), Amount::ZERO);
            let owed = Owed { payable: Some(&state), ..Owed::default() };
            let posted = world.post(&Source::StockReceived(Box::new(received)), &owed).unwrap();
            let Some(posted) = posted else {
                prop_assert_eq!(*value, 0);
                continue;
            };
            supplied -= of_role(&posted, &AccountRole::SUPPLIERS);
            for event in &posted.payables {
                state = OpenItem::<Payable>::evolve(state, event);
            }
        }
        prop_assert_eq!(state.open().minor(), supplied);
        prop_assert_eq!(supplied, values.iter().sum::<i64>());
    }

    #[test]
    fn payments_of_what_is_owed_balance_on_both_sides(amount in 1_i64..1_000_000, fee in 0_i64..2_000_000, discount in 0_i64..1_000_000, interest in 0_i64..1_000_000) {
        let world = World::new();
        let discount = discount.min(amount);
        for name in ["ReceivableSettled", "ReceivableSettlementReversed"] {
            let mut data: serde_json::Value = serde_json::from_str(&file(&format!("{name}.v1"))).unwrap();
            for (field, minor) in [("amount", amount), ("fee", fee), ("discount", discount), ("interest", interest)] {
                data[field] = minor.into();
            }
            let event = ReceivableEvent::from_json(name, 1, &data.to_string()).unwrap();
            total(&world.posted(&Source::Receivable(Box::new(event))).unwrap());
        }
        let PayableEvent::PayableSettled(mut event) = payable("PayableSettled") else { unreachable!("another") };
        (event.amount, event.fee) = (cents(amount), cents(fee));
        (event.discount, event.interest) = (cents(discount), cents(interest));
        let moved = amount + fee + interest - discount;
        let account = event.money_account.clone();
        let posted = world.posted(&Source::Payable(Box::new(event.into()))).unwrap();
        total(&posted);
        let money = posted.entry.lines.iter().filter(|line| line.account == account && line.role.is_none());
        prop_assert_eq!(money.map(|line| line.credit.minor()).sum::<i64>(), moved);
        let mut line: StatementLineWrittenOff = example("StatementLineWrittenOff.v1");
        (line.gross, line.fee) = (cents(amount), cents(fee));
        total(&world.posted(&Source::StatementLineWrittenOff(Box::new(line))).unwrap());
    }
}

#[test]
fn a_sale_event_of_any_example_is_read_as_the_sale_it_is() {
    let event = SaleEvent::from_json("SaleRecorded", 1, &file("SaleRecorded.v1")).unwrap();
    let SaleEvent::SaleRecorded(sale) = event else {
        unreachable!()
    };
    let by_payment = sale.received_by_payment();
    let sum: i64 = by_payment
        .iter()
        .map(|(_, received)| received.amount.minor())
        .sum();
    assert_eq!(sum, sale.total.minor());
    assert!(by_payment.iter().all(|(index, _)| index.is_some()));
}
