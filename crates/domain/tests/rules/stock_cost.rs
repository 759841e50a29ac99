//! What comes back of what was sold below zero: a stock is worth what was paid for the units that are there.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::VecDeque;

use crate::fixtures::{adjust, cents, given, issue, receive, restock, shop, v};
use posars_domain::stock::{
    FinalCost, LineBack, Recosting, RestockLine, RestockReturn, RevalueStock, Stock, StockEvent, StockIssued,
    returned_cost,
};
use posars_domain::{Aggregate, Amount, Command, Currency, Quantity};
use proptest::prelude::*;

/// The smallest part of goods in these tests: half a unit.
const ATOM: i64 = 5_000;
/// Parts of a centavo in the model.
const SCALE: i128 = 1_000_000_000;

fn atoms(count: usize) -> Quantity {
    Quantity::from_ten_thousandths(i64::try_from(count).unwrap() * ATOM)
}

fn units(units: i32) -> Quantity {
    Quantity::from_units(units)
}

/// A stock and the sales it follows, as the reactor sees them.
#[derive(Default)]
struct Shelf {
    history: Vec<StockEvent>,
    position: u64,
    sales: Vec<Sold>,
}

/// A sale: where it stands in the log and in the stock, and what came back of each line, thrown away or not.
struct Sold {
    position: u64,
    issue: usize,
    returned: Vec<Quantity>,
}

/// How the value of what comes back is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// At its final cost.
    Final,
    /// As earlier versions did: at the cost it had gone out at, settled or not.
    AsIssued,
}

impl Shelf {
    fn apply(&mut self, command: impl Command<Of = Stock>) -> Vec<StockEvent> {
        let events = given::<Stock>(&self.history)
            .when(command, &shop())
            .accepted()
            .events;
        self.history.extend(events.clone());
        events
    }

    fn receive(&mut self, quantity: Quantity, total: i64) {
        self.apply(receive(quantity, total));
    }

    /// Sells; answers with the place of the sale.
    fn sell(&mut self, lines: &[Quantity]) -> usize {
        self.position += 1;
        let mut command = issue(self.position, lines);
        command.sale_id = v(&format!("0193a5f0-0000-7000-8000-{:012}", self.position));
        self.sales.push(Sold {
            position: self.position,
            issue: self.history.len(),
            returned: vec![Quantity::ZERO; lines.len()],
        });
        self.apply(command);
        self.sales.len() - 1
    }

    fn issued(&self, sale: usize) -> &StockIssued {
        let StockEvent::StockIssued(issued) = &self.history[self.sales[sale].issue] else {
            panic!("no issue")
        };
        issued
    }

    fn final_cost(&self, sale: usize) -> FinalCost {
        let issued = FinalCost::of(self.issued(sale));
        let mut cost = issued.clone();
        for event in &self.history[self.sales[sale].issue + 1..] {
            cost.follow(event);
        }
        // The balance tells without reading on when a first return finds all as it went out.
        if issued.is_unpaid(&Stock::fold(&self.history).balance)
            && self.sales[sale].returned.iter().all(Quantity::is_zero)
        {
            let all: Vec<LineBack> = (self.issued(sale).lines.iter())
                .map(|line| LineBack {
                    line_id: line.line_id,
                    before: Quantity::ZERO,
                    quantity: line.quantity,
                })
                .collect();
            assert_eq!(issued.restock(&all), cost.restock(&all));
        }
        cost
    }

    /// Takes lines of a sale back: place of the line and quantity.
    fn take_back(&mut self, sale: usize, lines: &[(usize, Quantity)], rule: Rule) -> Vec<StockEvent> {
        let cost = self.final_cost(sale);
        let issued = self.issued(sale);
        let (sale_id, sold) = (issued.sale_id, &self.sales[sale]);
        let back = |(place, quantity): &(usize, Quantity)| LineBack {
            line_id: issued.lines[*place].line_id,
            before: sold.returned[*place],
            quantity: *quantity,
        };
        let back: Vec<LineBack> = lines.iter().map(back).collect();
        let restocked = match rule {
            Rule::Final => cost.restock(&back).into_iter().map(Option::unwrap).collect(),
            Rule::AsIssued => back.iter().map(|back| as_issued(issued, back)).collect(),
        };
        self.position += 1;
        let command = RestockReturn {
            sale_id,
            sale_position: sold.position,
            lines: restocked,
            ..restock(self.position, units(1), None)
        };
        let events = self.apply(command);
        for (place, quantity) in lines {
            self.count_back(sale, *place, *quantity);
        }
        events
    }

    /// Goods that came back and were thrown away move nothing, but count as come back.
    fn count_back(&mut self, sale: usize, line: usize, quantity: Quantity) {
        let returned = &mut self.sales[sale].returned[line];
        *returned = returned.checked_add(quantity).unwrap();
    }

    /// What is still out of a sale, line by line.
    fn still_out(&self, sale: usize) -> Vec<(usize, Quantity)> {
        let lines = self.issued(sale).lines.iter().zip(&self.sales[sale].returned);
        let out = lines.map(|(line, returned)| line.quantity.checked_sub(*returned).unwrap());
        out.enumerate()
            .filter(|(_, quantity)| quantity.is_positive())
            .collect()
    }

    /// What all of a sale had cost, less what came back of it.
    fn cost_of_what_is_out(&self, sale: usize) -> i64 {
        let cost = self.final_cost(sale);
        assert!(cost.is_final());
        let issued = self.issued(sale);
        let mut whole: Vec<Quantity> = issued.lines.iter().map(|line| line.quantity).collect();
        let mut back = 0;
        for event in &self.history {
            let StockEvent::StockReturned(returned) = event else {
                continue;
            };
            for line in returned
                .lines
                .iter()
                .filter(|_| returned.sale_id == issued.sale_id)
            {
                let (settled, value) = line.settled();
                let place = usize::try_from(line.line_id.0 - 1).unwrap();
                let owed = line.quantity.checked_sub(settled).unwrap();
                whole[place] = whole[place].checked_sub(owed).unwrap();
                back += value.minor();
            }
        }
        let all: Vec<LineBack> = (issued.lines.iter().zip(whole))
            .map(|(line, quantity)| LineBack {
                line_id: line.line_id,
                before: Quantity::ZERO,
                quantity,
            })
            .filter(|line| !line.quantity.is_zero())
            .collect();
        let lines = cost.restock(&all).into_iter().flatten();
        lines.map(|line| line.original_cost.unwrap().minor()).sum::<i64>() - back
    }

    fn give_back(&mut self, sale: usize) {
        let lines = self.still_out(sale);
        if !lines.is_empty() {
            self.take_back(sale, &lines, Rule::Final);
        }
    }

    fn on_hand(&self) -> (Quantity, Amount) {
        let balance = Stock::fold(&self.history).balance;
        (balance.quantity, balance.value)
    }

    fn recosting(&self) -> Recosting {
        let returned = self.history.iter().filter_map(StockEvent::returned_sale);
        let mut recosting = Recosting::of(returned.collect());
        for event in &self.history {
            recosting.follow(event).unwrap();
        }
        recosting
    }

    fn right_value(&self) -> Option<Amount> {
        self.recosting().wrong_value().map(|(_, right)| right)
    }

    fn revalue(&mut self, value: Amount) {
        let expected_version = Stock::fold(&self.history).balance.version;
        self.apply(revalue(value, expected_version));
    }
}

fn as_issued(issued: &StockIssued, back: &LineBack) -> RestockLine {
    let line = issued
        .lines
        .iter()
        .find(|line| line.line_id == back.line_id)
        .unwrap();
    RestockLine {
        line_id: back.line_id,
        quantity: back.quantity,
        original_cost: returned_cost(line.quantity, line.cost, back.before, back.quantity),
        owed: Quantity::ZERO,
    }
}

fn revalue(value: Amount, expected_version: u64) -> RevalueStock {
    RevalueStock {
        store_id: v("centro"),
        sku: v("sku_1"),
        adjustment_id: v("0193a5f0-0000-7000-8000-000000000301"),
        occurred_at: v("2026-11-20T15:00:00Z"),
        currency: Currency::BRL,
        value,
        note: "O custo do que voltou".to_owned(),
        expected_version,
    }
}

#[test]
fn a_return_after_the_receipt_comes_back_at_what_was_paid() {
    let mut shelf = Shelf::default();
    let sale = shelf.sell(&[units(1)]);
    shelf.receive(units(2), 1_500);
    shelf.take_back(sale, &[(0, units(1))], Rule::Final);
    assert_eq!(shelf.on_hand(), (units(2), cents(1_500)));
}

#[test]
fn one_receipt_settles_several_sales() {
    let mut shelf = Shelf::default();
    shelf.sell(&[units(2)]);
    let sale = shelf.sell(&[units(3)]);
    shelf.receive(units(5), 2_000);
    shelf.take_back(sale, &[(0, units(3))], Rule::Final);
    assert_eq!(shelf.on_hand(), (units(3), cents(1_200)));
}

#[test]
fn a_void_of_a_sale_partly_below_zero_brings_both_parts_back() {
    let mut shelf = Shelf::default();
    shelf.receive(units(1), 300);
    let sale = shelf.sell(&[units(4)]);
    shelf.receive(units(10), 8_000);
    shelf.give_back(sale);
    assert_eq!(shelf.on_hand(), (units(11), cents(8_300)));
}

#[test]
fn several_receipts_settle_one_sale_oldest_first() {
    let mut shelf = Shelf::default();
    let (first, second) = (shelf.sell(&[units(2)]), shelf.sell(&[units(2)]));
    for total in [100, 300, 500, 700] {
        shelf.receive(units(1), total);
    }
    assert_eq!(shelf.on_hand(), (units(0), cents(0)));
    shelf.give_back(second);
    assert_eq!(shelf.on_hand(), (units(2), cents(1_200)));
    shelf.give_back(first);
    assert_eq!(shelf.on_hand(), (units(4), cents(1_600)));
}

#[test]
fn what_comes_back_while_it_is_owed_ends_its_own_debt() {
    let mut shelf = Shelf::default();
    let [first, middle, last] = [1, 1, 1].map(|quantity| shelf.sell(&[units(quantity)]));
    let events = shelf.take_back(middle, &[(0, units(1))], Rule::Final);
    let StockEvent::StockReturned(returned) = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (
            returned.sale_position,
            returned.lines[0].owed.map(|owed| owed.quantity)
        ),
        (Some(2), Some(units(1)))
    );
    // The last moves up: the first two receipts are of the sales that stand.
    shelf.receive(units(1), 500);
    shelf.receive(units(1), 900);
    shelf.receive(units(1), 1_300);
    assert_eq!(shelf.on_hand(), (units(1), cents(1_300)));
    shelf.give_back(last);
    assert_eq!(shelf.on_hand(), (units(2), cents(2_200)));
    shelf.give_back(first);
    assert_eq!(shelf.on_hand(), (units(3), cents(2_700)));
}

#[test]
fn half_settled_and_half_owed_come_back_for_what_they_are() {
    let mut shelf = Shelf::default();
    let sale = shelf.sell(&[units(3)]);
    shelf.receive(units(1), 500);
    shelf.take_back(sale, &[(0, units(1))], Rule::Final);
    assert_eq!(shelf.on_hand().0, units(-1));
    shelf.receive(units(5), 2_000);
    assert_eq!(shelf.on_hand(), (units(4), cents(1_600)));
    // One at 5.00 and one at 4.00 are still out: 4.50 each.
    shelf.take_back(sale, &[(0, units(1))], Rule::Final);
    assert_eq!(shelf.on_hand(), (units(5), cents(2_050)));
    shelf.give_back(sale);
    assert_eq!(shelf.on_hand(), (units(6), cents(2_500)));
}

#[test]
fn what_comes_back_settled_pays_for_the_next_in_the_queue() {
    let mut shelf = Shelf::default();
    let first = shelf.sell(&[units(1)]);
    shelf.receive(units(1), 800);
    let second = shelf.sell(&[units(1)]);
    shelf.give_back(first);
    assert_eq!(shelf.on_hand(), (units(0), cents(0)));
    shelf.give_back(second);
    assert_eq!(shelf.on_hand(), (units(1), cents(800)));
}

#[test]
fn found_goods_pay_for_what_is_owed_and_lost_goods_join_the_queue() {
    let mut shelf = Shelf::default();
    let sale = shelf.sell(&[units(1)]);
    shelf.apply(adjust(units(-1)));
    let mut found = adjust(units(1));
    found.value = Some(cents(250));
    shelf.apply(found);
    shelf.receive(units(2), 1_800);
    assert_eq!(shelf.on_hand(), (units(1), cents(900)));
    shelf.give_back(sale);
    assert_eq!(shelf.on_hand(), (units(2), cents(1_150)));
}

#[test]
fn the_parts_of_a_receipt_that_does_not_divide_lose_no_centavo() {
    let mut shelf = Shelf::default();
    let sales = [1, 1, 1].map(|quantity| shelf.sell(&[units(quantity)]));
    shelf.receive(units(4), 1_001);
    for sale in sales {
        shelf.give_back(sale);
    }
    assert_eq!(shelf.on_hand(), (units(4), cents(1_001)));
}

#[test]
fn a_sale_that_an_earlier_version_took_back_in_part_goes_on_at_what_was_paid() {
    let mut shelf = Shelf::default();
    let sale = shelf.sell(&[units(2)]);
    shelf.take_back(sale, &[(0, units(1))], Rule::AsIssued);
    shelf.receive(units(1), 500);
    shelf.give_back(sale);
    assert_eq!(shelf.on_hand(), (units(1), cents(500)));
    assert_eq!(shelf.right_value(), None);
}

#[test]
fn parts_of_a_line_cost_together_what_the_line_cost() {
    let part = |before| returned_cost(units(3), cents(1_000), units(before), units(1));
    let parts = [0, 1, 2].map(part);
    assert_eq!(parts, [333, 334, 333].map(|part| Some(cents(part))));
    assert_eq!(returned_cost(units(0), cents(0), units(0), units(1)), None);
}

#[test]
fn a_revaluation_changes_the_value_alone() {
    let mut shelf = Shelf::default();
    shelf.receive(units(4), 1_000);
    shelf.revalue(cents(1_200));
    let Some(StockEvent::StockAdjusted(adjusted)) = shelf.history.last() else {
        panic!("{:?}", shelf.history)
    };
    assert_eq!((adjusted.delta, adjusted.value), (units(0), cents(200)));
    assert_eq!(shelf.on_hand(), (units(4), cents(1_200)));
    // The same value again is nothing.
    given::<Stock>(&shelf.history)
        .when(revalue(cents(1_200), 2), &shop())
        .nothing();
}

#[test]
fn a_revaluation_is_refused_of_what_is_not_there_and_of_another_version() {
    let mut shelf = Shelf::default();
    shelf.sell(&[units(1)]);
    given::<Stock>(&shelf.history)
        .when(revalue(cents(1), 2), &shop())
        .rejected("VALUE_NOT_ALLOWED", Some("value"));
    shelf.receive(units(2), 100);
    given::<Stock>(&shelf.history)
        .when(revalue(cents(1), 3), &shop())
        .rejected("ETAG_MISMATCH", Some("expected_version"));
    given::<Stock>(&shelf.history)
        .when(revalue(cents(-1), 4), &shop())
        .rejected("AMOUNT_NEGATIVE", Some("value"));
    let mut silent = revalue(cents(1), 4);
    silent.note = " ".to_owned();
    given::<Stock>(&shelf.history)
        .when(silent, &shop())
        .rejected("FIELD_REQUIRED", Some("note"));
}

/// The cost of every part of the goods, one by one.
#[derive(Default)]
struct Model {
    /// What each part that ever went out had cost; `None` while it is owed.
    parts: Vec<Option<i128>>,
    /// The owed parts, oldest first.
    queue: VecDeque<usize>,
    /// Parts on the shelf, and what they are worth.
    shelf: (usize, i128),
    /// The parts that are out, by sale and line.
    out: Vec<Vec<Vec<usize>>>,
    /// The roundings so far, each at most half a centavo.
    roundings: i128,
}

impl Model {
    fn bring(&mut self, count: usize, value: i128) {
        self.roundings += 2;
        let each = value / i128::try_from(count).unwrap();
        for _ in 0..count {
            match self.queue.pop_front() {
                Some(part) => self.parts[part] = Some(each),
                None => self.shelf = (self.shelf.0 + 1, self.shelf.1 + each),
            }
        }
    }

    fn take(&mut self, count: usize) -> Vec<usize> {
        self.roundings += 1;
        let mut taken = Vec::new();
        for _ in 0..count {
            let part = self.parts.len();
            if self.shelf.0 > 0 {
                let each = self.shelf.1 / i128::try_from(self.shelf.0).unwrap();
                self.shelf = (self.shelf.0 - 1, self.shelf.1 - each);
                self.parts.push(Some(each));
            } else {
                self.parts.push(None);
                self.queue.push_back(part);
            }
            taken.push(part);
        }
        taken
    }

    fn sell(&mut self, lines: &[usize]) {
        let out = lines.iter().map(|count| self.take(*count)).collect();
        self.out.push(out);
    }

    fn give_back(&mut self, sale: usize, lines: &[(usize, usize)]) {
        let mut brought = Vec::new();
        for (line, count) in lines {
            let mut out = std::mem::take(&mut self.out[sale][*line]);
            // What is owed goes first, the newest of it: it stands behind the rest of the line.
            out.sort_by_key(|part| (self.parts[*part].is_some(), std::cmp::Reverse(*part)));
            let rest = out.split_off(*count);
            let owed: Vec<usize> = out
                .iter()
                .copied()
                .filter(|part| self.parts[*part].is_none())
                .collect();
            self.queue.retain(|part| !owed.contains(part));
            let settled = count - owed.len();
            if settled > 0 {
                out.extend(&rest);
                let costs: Vec<i128> = out.iter().filter_map(|part| self.parts[*part]).collect();
                let each = costs.iter().sum::<i128>() / i128::try_from(costs.len()).unwrap();
                for part in &rest {
                    self.parts[*part] = Some(each);
                }
                brought.push((settled, each * i128::try_from(settled).unwrap()));
            }
            self.out[sale][*line] = rest;
        }
        for (count, value) in brought {
            self.roundings += 2;
            self.bring(count, value);
        }
    }

    /// Whether a value is what the shelf is worth, but for the roundings.
    fn is_worth(&self, value: Amount) -> bool {
        let difference = i128::from(value.minor()) * SCALE - self.shelf.1;
        difference.abs() <= (self.roundings + 1) * SCALE
    }
}

/// One random movement; a sale is named by any number.
#[derive(Debug, Clone)]
enum Move {
    Receive(usize, i64),
    Sell(Vec<usize>),
    GiveBack(usize, usize, usize),
    ThrowAway(usize, usize),
    Void(usize),
    Find(usize, i64),
    Lose(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let movement = prop_oneof![
        3 => (1..12_usize, 0..5_000_i64).prop_map(|(count, value)| Move::Receive(count, value)),
        4 => prop::collection::vec(1..7_usize, 1..4).prop_map(Move::Sell),
        3 => (any::<usize>(), any::<usize>(), 1..5_usize).prop_map(|(sale, line, count)| Move::GiveBack(sale, line, count)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(sale, line)| Move::ThrowAway(sale, line)),
        1 => any::<usize>().prop_map(Move::Void),
        1 => (1..5_usize, 0..5_000_i64).prop_map(|(count, value)| Move::Find(count, value)),
        1 => (1..5_usize).prop_map(Move::Lose),
    ];
    prop::collection::vec(movement, 1..50)
}

/// The shelf by the rules, and the model beside it.
struct World {
    shelf: Shelf,
    model: Model,
    paid: i64,
    /// How often goods were lost.
    losses: usize,
}

impl World {
    fn new() -> Self {
        Self {
            shelf: Shelf::default(),
            model: Model::default(),
            paid: 0,
            losses: 0,
        }
    }

    fn bring(&mut self, count: usize, value: i64) {
        self.paid += value;
        self.model.bring(count, i128::from(value) * SCALE);
    }

    fn take_back(&mut self, sale: usize, lines: &[(usize, Quantity)], rule: Rule) {
        if lines.is_empty() {
            return;
        }
        self.shelf.take_back(sale, lines, rule);
        let counted: Vec<(usize, usize)> = lines
            .iter()
            .map(|(line, quantity)| (*line, usize::try_from(quantity.ten_thousandths() / ATOM).unwrap()))
            .collect();
        self.model.give_back(sale, &counted);
    }

    fn step(&mut self, movement: &Move, rule: Rule) {
        let sales = self.shelf.sales.len();
        match movement {
            Move::Receive(count, value) => {
                self.shelf.receive(atoms(*count), *value);
                self.bring(*count, *value);
            }
            Move::Sell(lines) => {
                self.shelf
                    .sell(&lines.iter().map(|count| atoms(*count)).collect::<Vec<_>>());
                self.model.sell(lines);
            }
            Move::GiveBack(sale, line, count) if sales > 0 => {
                let out = self.shelf.still_out(sale % sales);
                if !out.is_empty() {
                    let (line, quantity) = out[line % out.len()];
                    self.take_back(sale % sales, &[(line, quantity.min(atoms(*count)))], rule);
                }
            }
            Move::Void(sale) if sales > 0 => {
                let out = self.shelf.still_out(sale % sales);
                self.take_back(sale % sales, &out, rule);
            }
            // It came back, but not on the shelf: it stays out.
            Move::ThrowAway(sale, line) if sales > 0 => {
                let out = self.shelf.still_out(sale % sales);
                if !out.is_empty() {
                    let (line, _) = out[line % out.len()];
                    self.shelf.count_back(sale % sales, line, atoms(1));
                }
            }
            Move::GiveBack(..) | Move::ThrowAway(..) | Move::Void(_) => {}
            Move::Find(count, value) => {
                let mut found = adjust(atoms(*count));
                found.value = Some(cents(*value));
                self.shelf.apply(found);
                self.bring(*count, *value);
            }
            Move::Lose(count) => {
                self.losses += 1;
                self.shelf.apply(adjust(atoms(*count).checked_neg().unwrap()));
                self.model.take(*count);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_stock_is_worth_what_was_paid_for_what_is_there(moves in moves()) {
        let mut world = World::new();
        for movement in &moves {
            world.step(movement, Rule::Final);
            let (quantity, value) = world.shelf.on_hand();
            let missing = i64::try_from(world.model.queue.len()).unwrap();
            let there = i64::try_from(world.model.shelf.0).unwrap();
            prop_assert_eq!(quantity.ten_thousandths(), (there - missing) * ATOM);
            if !quantity.is_negative() {
                prop_assert!(world.model.is_worth(value), "{} is not {}", value, world.model.shelf.1 / SCALE);
            }
            // And nothing is to be put right.
            prop_assert_eq!(world.shelf.right_value(), None);
        }
    }

    #[test]
    fn when_everything_is_back_it_is_worth_exactly_what_was_paid(moves in moves()) {
        let mut world = World::new();
        for movement in &moves {
            if !matches!(movement, Move::Lose(_) | Move::ThrowAway(..)) {
                world.step(movement, Rule::Final);
            }
        }
        // Not in the order in which it was sold.
        for sale in (0..world.shelf.sales.len()).rev() {
            world.shelf.give_back(sale);
        }
        let (quantity, value) = world.shelf.on_hand();
        prop_assert!(!quantity.is_negative());
        prop_assert_eq!(value.minor(), if quantity.is_zero() { 0 } else { world.paid });
    }

    #[test]
    fn what_is_paid_is_on_hand_or_the_cost_of_what_is_out(moves in moves()) {
        let mut world = World::new();
        for movement in &moves {
            if !matches!(movement, Move::Lose(_)) {
                world.step(movement, Rule::Final);
            }
        }
        // What is still owed is paid for at last.
        if !world.model.queue.is_empty() {
            world.step(&Move::Receive(world.model.queue.len(), 4_321), Rule::Final);
        }
        let (_, value) = world.shelf.on_hand();
        let out: i64 = (0..world.shelf.sales.len()).map(|sale| world.shelf.cost_of_what_is_out(sale)).sum();
        prop_assert_eq!(value.minor() + out, world.paid);
    }

    #[test]
    fn what_earlier_versions_left_wrong_is_found_and_put_right(before in moves(), after in moves()) {
        let mut world = World::new();
        for movement in &before {
            world.step(movement, Rule::AsIssued);
        }
        let (quantity, value) = world.shelf.on_hand();
        let right = world.shelf.right_value();
        if quantity.is_positive() {
            let right = right.unwrap_or(value);
            prop_assert!(world.model.is_worth(right), "{} is not {}", right, world.model.shelf.1 / SCALE);
        }
        if let Some(right) = right {
            world.shelf.revalue(right);
            prop_assert_eq!(world.shelf.on_hand(), (quantity, right));
            prop_assert_eq!(world.shelf.right_value(), None);
            // And it stays right.
            for movement in &after {
                world.step(movement, Rule::Final);
                prop_assert_eq!(world.shelf.right_value(), None);
            }
        }
    }
}
