//! Payrolls in the books: what stores bear, what is owed for it, and what becomes of both when one is voided.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::fixtures::payroll::{amounts, examples};
use crate::fixtures::{cents, v};
use posars_domain::books::{Books, BooksBegun, BooksEvent, BooksState, PeriodCloseBegun};
use posars_domain::chart::{Chart, ChartDefined, ChartEvent, ChartState};
use posars_domain::journal::EntryLine;
use posars_domain::open_item::{
    ItemEvent, ItemKind, ItemOrigin, ItemSide as _, ItemState, OpenItem, Payable, PayableEvent, Receivable,
    Registered, Settled, payable_of_payroll,
};
use posars_domain::payroll::{PayrollCost, PayrollEvent, PayrollRecorded, PayrollVoided};
use posars_domain::posting::{Facts, NotPosted, Owed, Posted, Source, SourcePlace, post};
use posars_domain::posting_rules::{
    PostedEvent, PostingPart, PostingRules, PostingRulesDefined, PostingRulesEvent, PostingRulesState,
};
use posars_domain::terms::TermsState;
use posars_domain::{AccountRole, Aggregate as _, Amount, Currency};
use proptest::prelude::*;
use uuid::Uuid;

const EVENT: Uuid = Uuid::from_u128(7);

struct World {
    chart: ChartState,
    rules: PostingRulesState,
    months: BooksState,
}

impl World {
    fn new() -> Self {
        Self::with(PostingRulesDefined::brazilian_retail())
    }

    fn with(rules: PostingRulesDefined) -> Self {
        let begun = BooksBegun {
            currency: Currency::BRL,
            begins_on: None,
            up_to_position: 0,
            opening: Vec::new(),
        };
        Self {
            chart: Chart::fold(&[ChartEvent::from(ChartDefined::brazilian_retail())]),
            rules: PostingRules::fold(&[PostingRulesEvent::from(rules)]),
            months: Books::fold(&[BooksEvent::from(begun)]),
        }
    }

    fn post(&self, source: &Source, payables: Vec<&ItemState<Payable>>) -> Result<Option<Posted>, NotPosted> {
        let facts = Facts {
            chart: &self.chart,
            rules: &self.rules,
            terms: &TermsState::default(),
            months: &self.months,
        };
        let place = SourcePlace {
            event_id: EVENT,
            position: 70,
        };
        let owed = Owed {
            payables,
            ..Owed::default()
        };
        post(source, place, &facts, &owed)
    }

    fn posted(&self, source: &Source, payables: Vec<&ItemState<Payable>>) -> Posted {
        self.post(source, payables).unwrap().unwrap()
    }
}

fn events() -> (PayrollRecorded, PayrollVoided) {
    let [
        PayrollEvent::PayrollRecorded(recorded),
        PayrollEvent::PayrollVoided(voided),
    ] = examples()
    else {
        unreachable!()
    };
    (recorded, voided)
}

fn recorded(event: PayrollRecorded) -> Source {
    Source::PayrollRecorded(Box::new(event))
}

fn voided(event: PayrollVoided) -> Source {
    Source::PayrollVoided(Box::new(event))
}

/// A line as its account, place and amount, a credit below zero.
fn shown(line: &EntryLine) -> String {
    let place = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    format!(
        "{} {} {} {}",
        line.account,
        place(line.store_id.as_ref().map(ToString::to_string)),
        place(line.cost_center.as_ref().map(ToString::to_string)),
        line.debit.minor() - line.credit.minor()
    )
}

fn lines(posted: &Posted) -> Vec<String> {
    posted.entry.lines.iter().map(shown).collect()
}

fn states(posted: &Posted) -> Vec<ItemState<Payable>> {
    let each = posted.payables.iter();
    each.map(|event| OpenItem::<Payable>::fold([event])).collect()
}

fn registered(event: &PayableEvent) -> &Registered<Payable> {
    let ItemEvent::Registered(registered) = Payable::of(event) else {
        unreachable!("{event:?}")
    };
    registered
}

/// Pays so much of an item.
fn paid(state: ItemState<Payable>, amount: i64) -> ItemState<Payable> {
    let item = state.registered.as_ref().unwrap().item.clone();
    let settled = Settled {
        item,
        settlement_id: v("0193a5f0-0000-7000-8000-000000000b01"),
        installment: 1,
        business_date: v("2026-11-06"),
        amount: cents(amount),
        fee: Amount::ZERO,
        discount: Amount::ZERO,
        interest: Amount::ZERO,
        money_account: v("1.1.01.002"),
        bank_reference: None,
        statement_line: None,
        side: std::marker::PhantomData,
    };
    OpenItem::<Payable>::evolve(state, &settled.into())
}

#[test]
fn stores_and_cost_centres_bear_what_employees_and_the_state_are_owed() {
    let (event, _) = events();
    let posted = World::new().posted(&recorded(event.clone()), Vec::new());
    assert_eq!(
        lines(&posted),
        [
            // 4,100.00 and 2,500.00 gross, 1,476.00 and 900.00 charges.
            "7.1.01 centro - 410000",
            "7.1.02 centro - 147600",
            "7.1.01 centro frota 250000",
            "7.1.02 centro frota 90000",
            // 3,612.34 and 2,200.00 net.
            "2.1.02 centro - -581234",
            // Charges, 487.66 and 300.00 kept.
            "2.1.03 centro - -316366",
        ]
    );
    assert_eq!(posted.entry.business_date, v("2026-10-31"));
    assert_eq!(posted.entry.accounting_date, v("2026-10-31"));
    let [wages, levies] = posted.payables.as_slice() else {
        unreachable!("{:?}", posted.payables)
    };
    let (wages, levies) = (registered(wages), registered(levies));
    assert_eq!(
        (
            wages.item.kind,
            wages.amount.minor(),
            wages.installments[0].due_date
        ),
        (ItemKind::Salary, 581_234, v("2026-11-06"))
    );
    assert_eq!(
        (
            levies.item.kind,
            levies.amount.minor(),
            levies.installments[0].due_date
        ),
        (ItemKind::Tax, 316_366, v("2026-11-20"))
    );
    assert_eq!(
        wages.item.item_id,
        payable_of_payroll(event.payroll_id, PostingPart::NetWages)
    );
    assert_ne!(wages.item.item_id, levies.item.item_id);
    assert_eq!(wages.document.as_deref(), Some("2026-10"));
    assert_eq!(wages.memo.as_deref(), Some("Folha de outubro"));
    assert_eq!(wages.item.store_id, Some(v("centro")));
    let origin = ItemOrigin::Payroll {
        payroll_id: event.payroll_id,
        position: 70,
    };
    assert_eq!(wages.origin, origin);
}

#[test]
fn what_several_stores_cost_is_owed_by_the_company() {
    let (mut event, _) = events();
    event.costs[1].store_id = v("norte");
    let posted = World::new().posted(&recorded(event), Vec::new());
    let shown = lines(&posted);
    assert_eq!(shown[2], "7.1.01 norte frota 250000");
    assert_eq!(shown[4..], ["2.1.02 - - -581234", "2.1.03 - - -316366"]);
    assert!(
        posted
            .payables
            .iter()
            .all(|event| registered(event).item.store_id.is_none())
    );
}

#[test]
fn what_is_nothing_is_not_posted_and_not_owed() {
    let (mut event, _) = events();
    event.costs.truncate(1);
    // Nothing is kept and nothing comes on top.
    event.costs[0].amounts = amounts(100, 0, 100);
    let posted = World::new().posted(&recorded(event.clone()), Vec::new());
    assert_eq!(lines(&posted), ["7.1.01 centro - 100", "2.1.02 centro - -100"]);
    assert_eq!(posted.payables.len(), 1);
    // Nothing is paid out: all of it is kept.
    event.costs[0].amounts = amounts(100, 30, 0);
    let posted = World::new().posted(&recorded(event), Vec::new());
    assert_eq!(
        lines(&posted),
        [
            "7.1.01 centro - 100",
            "7.1.02 centro - 30",
            "2.1.03 centro - -130"
        ]
    );
}

#[test]
fn a_void_before_anything_is_paid_leaves_nothing() {
    let (event, void) = events();
    let world = World::new();
    let first = world.posted(&recorded(event), Vec::new());
    let owed = states(&first);
    let second = world.posted(&voided(void), owed.iter().collect());
    let mirrored: Vec<_> = first
        .entry
        .lines
        .iter()
        .map(|line| {
            shown(&EntryLine {
                debit: line.credit,
                credit: line.debit,
                ..line.clone()
            })
        })
        .collect();
    assert_eq!(lines(&second), mirrored);
    assert_eq!(second.entry.accounting_date, first.entry.accounting_date);
    assert!(second.receivables.is_empty());
    for (state, event) in owed.into_iter().zip(&second.payables) {
        let after = OpenItem::<Payable>::evolve(state, event);
        assert!(after.open().is_zero());
    }
}

#[test]
fn what_was_paid_before_a_void_is_owed_back() {
    let (event, void) = events();
    let world = World::new();
    let first = world.posted(&recorded(event), Vec::new());
    let owed = states(&first);
    let owed = [paid(owed[0].clone(), 581_234), paid(owed[1].clone(), 100_000)];
    let second = world.posted(&voided(void.clone()), owed.iter().collect());
    assert_eq!(
        lines(&second)[4..],
        ["2.1.03 centro - 216366", "1.1.02.007 centro - 681234"]
    );
    let [event] = second.receivables.as_slice() else {
        unreachable!("{:?}", second.receivables)
    };
    let ItemEvent::Registered(back) = Receivable::of(event) else {
        unreachable!("{event:?}")
    };
    assert_eq!(
        (back.item.kind, back.amount.minor()),
        (ItemKind::OtherReceivable, 681_234)
    );
    let origin = ItemOrigin::Payroll {
        payroll_id: void.payroll_id,
        position: 70,
    };
    assert_eq!(back.origin, origin);
    assert_eq!(second.payables.len(), 1);
}

#[test]
fn a_closed_month_takes_neither_a_payroll_nor_its_void() {
    let (event, void) = events();
    let mut world = World::new();
    let closing = BooksEvent::from(PeriodCloseBegun { month: v("2026-10") });
    world.months = Books::evolve(world.months, &closing);
    for source in [recorded(event), voided(void)] {
        let posted = world.posted(&source, Vec::new());
        assert_eq!(posted.entry.accounting_date, v("2026-11-01"));
        assert_eq!(posted.entry.late_for, Some(v("2026-10")));
        assert_eq!(posted.entry.business_date, v("2026-10-31"));
    }
}

#[test]
fn without_a_rule_or_an_account_a_payroll_waits() {
    let (event, _) = events();
    let waits = |world: &World| {
        let Err(NotPosted::Waits(waits)) = world.post(&recorded(event.clone()), Vec::new()) else {
            unreachable!()
        };
        (waits.key(), waits.reason())
    };
    // The rules of a company that is older than payrolls.
    let mut rules = PostingRulesDefined::brazilian_retail();
    rules
        .rules
        .retain(|rule| rule.event != PostedEvent::PayrollRecorded);
    assert_eq!(
        waits(&World::with(rules)),
        ("rule-PayrollRecorded-wages".to_owned(), "POSTING_RULE_MISSING")
    );
    let mut chart = ChartDefined::brazilian_retail();
    chart
        .roles
        .retain(|assigned| assigned.role != AccountRole::PAYROLL_CHARGES);
    let world = World {
        chart: Chart::fold(&[ChartEvent::from(chart)]),
        ..World::new()
    };
    assert_eq!(
        waits(&world),
        (
            "role-payroll_charges-centro".to_owned(),
            "ACCOUNT_ROLE_UNASSIGNED"
        )
    );
    // An expense on an account with a ledger of its own would be missing there.
    let mut rules = PostingRulesDefined::brazilian_retail();
    for rule in &mut rules.rules {
        if rule.part == PostingPart::Wages {
            rule.role = AccountRole::SUPPLIERS;
        }
    }
    assert_eq!(waits(&World::with(rules)).1, "POSTING_RULE_UNFIT");
}

#[test]
fn wages_may_be_posted_to_an_account_without_a_ledger() {
    let mut rules = PostingRulesDefined::brazilian_retail();
    for rule in &mut rules.rules {
        if rule.part == PostingPart::NetWages {
            rule.role = AccountRole::BANK;
        }
    }
    let (event, _) = events();
    let posted = World::with(rules).posted(&recorded(event), Vec::new());
    assert!(lines(&posted).contains(&"1.1.01.002 centro - -581234".to_owned()));
    assert_eq!(posted.payables.len(), 1);
}

proptest! {
    /// Whatever is paid in between, a payroll and its void leave every account of result at zero, and what was paid is owed
    /// back to the cent.
    #[test]
    fn a_payroll_and_its_void_tie(
        costs in proptest::collection::vec((0_usize..3, 0_i64..9_999_999, 0_i64..9_999_999, 0_i64..101), 1..12),
        shares in (0_i64..101, 0_i64..101),
    ) {
        let (mut event, mut void) = events();
        event.costs = costs
            .iter()
            .map(|(place, gross, charges, kept)| PayrollCost {
                store_id: v(["centro", "norte", "sul"][*place]),
                cost_center: (*place == 2).then(|| v("frota")),
                position: "vendedor".to_owned(),
                employees: 1,
                amounts: amounts(gross + 1, *charges, gross + 1 - (gross + 1) * kept / 100),
            })
            .collect();
        void.costs = event.costs.clone();
        let world = World::new();
        let first = world.posted(&recorded(event), Vec::new());
        let mut paid_in_all = 0;
        let owed: Vec<_> = states(&first)
            .into_iter()
            .zip([shares.0, shares.1])
            .map(|(state, share)| {
                let amount = state.open().minor() * share / 100;
                paid_in_all += amount;
                if amount == 0 { state } else { paid(state, amount) }
            })
            .collect();
        let second = world.posted(&voided(void), owed.iter().collect());
        let mut balances = std::collections::BTreeMap::new();
        for line in first.entry.lines.iter().chain(&second.entry.lines) {
            let key = (line.account.to_string(), line.store_id.clone(), line.cost_center.clone());
            *balances.entry(key).or_insert(0) += line.debit.minor() - line.credit.minor();
        }
        let of_result = balances.iter().filter(|((account, ..), _)| account.starts_with('7'));
        prop_assert!(of_result.clone().all(|(_, balance)| *balance == 0), "{balances:?}");
        let sum = |prefix: &str| balances.iter().filter(|((account, ..), _)| account.starts_with(prefix)).map(|(_, balance)| balance).sum::<i64>();
        prop_assert_eq!(sum("1.1.02.007"), paid_in_all);
        // What was paid is in the accounts of what is owed until the money's entries are counted too.
        prop_assert_eq!(sum("2.1"), -paid_in_all);
    }
}
