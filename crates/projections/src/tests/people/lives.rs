//! Random lives of employees, told in any order of days and read in any pages: the read models say what the domain's own
//! fold of the same events says.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use posars_domain::employee::{AbsenceKind, EmployeeEvent, EmployeeState, EmploymentTerms, Stint};
use posars_domain::{Aggregate as _, DomainEvent as _, employee::Employee};

use super::say::{
    amounts, away, corrected, cost, day, employee, hired, moved, not_away, payroll, raised, recorded,
    rehired, terminated, terms, today, voided,
};
use crate::rebuild::FoldLimits;
use crate::tests::history::Dice;
use crate::tests::rows::twice;
use crate::tests::world::{Said, World};
use crate::{
    EmployeeFilter, EmploymentState, Freshness, HeadcountFilter, LeaveFilter, PageRequest, RebuildOptions,
};

const ANY: Freshness = Freshness::ANY;
const ALL: PageRequest = PageRequest::first(1_000);
const WHO: [&str; 5] = ["ana", "bia", "caio", "davi", "eva"];
const STORES: [&str; 3] = ["centro", "norte", "sul"];
const JOBS: [&str; 3] = ["Caixa", "Gerente", "Operação"];
/// The days that lives are made of.
const DAYS: u32 = 400;

/// Memory for a few events: a rebuild folds many ranges.
const SMALL: FoldLimits = FoldLimits {
    bytes_max: 1,
    events_max: 5,
};

fn first() -> Date {
    day("2026-01-01")
}

struct Lives {
    dice: Dice,
    states: BTreeMap<&'static str, EmployeeState>,
    said: Vec<Said>,
    next: u32,
}

impl Lives {
    fn of(seed: u64, length: u32) -> Self {
        let mut lives = Self {
            dice: Dice::new(seed),
            states: BTreeMap::new(),
            said: Vec::new(),
            next: 0,
        };
        while u32::try_from(lives.said.len()).unwrap() < length {
            lives.step();
        }
        lives
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        let place = self.dice.below(u32::try_from(of.len()).unwrap());
        of[usize::try_from(place).unwrap()]
    }

    fn work(&mut self) -> EmploymentTerms {
        let (store, job) = (self.one_of(&STORES), self.one_of(&JOBS));
        terms(store, job)
    }

    /// A number of its own.
    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn wage(&mut self) -> String {
        format!("w{}", self.number())
    }

    /// A day between two, both included.
    fn between(&mut self, from: Date, to: Date) -> String {
        let days = (to - from).get_days().max(0);
        let days = self.dice.below(u32::try_from(days).unwrap() + 1);
        (from + Span::new().days(days)).to_string()
    }

    /// A day of some employment.
    fn in_some(&mut self, stints: &[Stint]) -> String {
        let place = self.dice.below(u32::try_from(stints.len()).unwrap());
        let stint = &stints[usize::try_from(place).unwrap()];
        let last = first() + Span::new().days(DAYS);
        self.between(
            stint.admission_date,
            stint.ended_on.unwrap_or(last.max(stint.admission_date)),
        )
    }

    fn say(&mut self, who: &'static str, said: Said) {
        let (_, event_type, data) = &said;
        let event = EmployeeEvent::from_json(event_type, 1, data).unwrap();
        let state = self.states.remove(who).unwrap_or_default();
        self.states.insert(who, Employee::evolve(state, &event));
        self.said.push(said);
    }

    /// Another first day of the last employment, before all that was told of it and after the one before.
    fn correct(&mut self, who: &'static str, state: &EmployeeState, last: &Stint) {
        let from = last.admission_date;
        let assignments = state.assignments.iter().map(|step| step.effective_date);
        let salaries = state.salaries.iter().map(|step| step.effective_date);
        let leaves = state.leaves.values().map(|leave| leave.from);
        let changes = assignments.chain(salaries).filter(|day| *day > from);
        let told = changes
            .chain(leaves.filter(|day| *day >= from))
            .chain(last.ended_on);
        let latest = told.min().unwrap_or(from + 30.days());
        let [before @ .., _] = state.stints.as_slice() else {
            return;
        };
        let earliest = before.last().and_then(|stint| stint.ended_on);
        let earliest = earliest.map_or(from - 30.days(), |ended| ended + 1.days());
        let to = self.between(earliest, latest);
        self.say(who, corrected(who, &from.to_string(), &to));
    }

    fn step(&mut self) {
        let who = self.one_of(&WHO);
        let state = self.states.get(who).cloned().unwrap_or_default();
        let Some(last) = state.stints.last().cloned() else {
            let (on, work, wage) = (
                self.between(first(), first() + 60.days()),
                self.work(),
                self.wage(),
            );
            return self.say(who, hired(who, &on, work, &wage));
        };
        match self.dice.below(11) {
            0..=2 => {
                let (on, work) = (self.in_some(&state.stints), self.work());
                self.say(who, moved(who, &on, work));
            }
            3..=5 => {
                let (on, wage) = (self.in_some(&state.stints), self.wage());
                self.say(who, raised(who, &on, &wage));
            }
            6 | 7 => {
                let from = self.in_some(&state.stints);
                let to = (day(&from) + Span::new().days(self.dice.below(20))).to_string();
                let number = self.number();
                self.say(who, away(who, number, AbsenceKind::VACATION, &from, &to));
            }
            8 => self.correct(who, &state, &last),
            9 => {
                if let Some(leave) = state.leaves.keys().next() {
                    // The number that it was made of.
                    let number = u32::try_from(leave.uuid().as_u128() & 0xffff_ffff).unwrap();
                    self.say(who, not_away(who, number));
                }
            }
            _ => match last.ended_on {
                None => {
                    let on = self.between(last.admission_date, last.admission_date + 120.days());
                    self.say(who, terminated(who, &on));
                }
                // The last day was another one.
                Some(ended) if self.dice.below(3) == 0 => {
                    let on = self.between(last.admission_date, ended + 30.days());
                    self.say(who, terminated(who, &on));
                }
                Some(ended) => {
                    let on = self.between(ended + 1.days(), ended + 60.days());
                    let (work, wage) = (self.work(), self.wage());
                    self.say(who, rehired(who, &on, work, &wage));
                }
            },
        }
    }
}

/// The employment that counts on a day, and its day that is nearest.
fn counts(state: &EmployeeState, day: Date) -> (&Stint, Date) {
    let begun = state
        .stints
        .iter()
        .rev()
        .find(|stint| stint.admission_date <= day);
    let stint = begun.unwrap_or(&state.stints[0]);
    let nearest = day.min(stint.ended_on.unwrap_or(day)).max(stint.admission_date);
    (stint, nearest)
}

fn state_on(stint: &Stint, day: Date) -> EmploymentState {
    if day < stint.admission_date {
        EmploymentState::Upcoming
    } else if stint.holds(day) {
        EmploymentState::Active
    } else {
        EmploymentState::Terminated
    }
}

/// Month, store and job with employees, on leave, hired and terminated.
type Counted = BTreeMap<(String, String, String), [u64; 4]>;

/// What the lives say, counted one by one.
fn counted(lives: &Lives, from: Date, to: Date) -> Counted {
    let mut counted = Counted::new();
    let mut month = from.first_of_month();
    while month <= to {
        let (begin, end) = (month.max(from), month.last_of_month().min(to));
        let name = format!("{:04}-{:02}", month.year(), month.month());
        let mut add = |state: &EmployeeState, on: Date, place: usize| {
            let terms = state.terms_on(on).unwrap();
            let key = (name.clone(), terms.store_id.to_string(), terms.position.clone());
            counted.entry(key).or_default()[place] += 1;
        };
        for state in lives.states.values() {
            if state.stint_on(end).is_some() {
                add(state, end, 0);
                if state
                    .leaves
                    .values()
                    .any(|leave| leave.from <= end && end <= leave.to)
                {
                    add(state, end, 1);
                }
            }
            for stint in &state.stints {
                if begin <= stint.admission_date && stint.admission_date <= end {
                    add(state, stint.admission_date, 2);
                }
                if let Some(ended) = stint.ended_on.filter(|day| begin <= *day && *day <= end) {
                    add(state, ended, 3);
                }
            }
        }
        month = month.last_of_month().tomorrow().unwrap();
    }
    counted
}

async fn agrees_on_days(world: &World, lives: &Lives) -> anyhow::Result<()> {
    for offset in [-30_i32, 0, 17, 59, 90, 151, 200, 263, 330, 400, 700] {
        let on = first() + offset.days();
        let page = world
            .projections
            .list_employees(&EmployeeFilter::on(on, today()), &ALL, ANY)
            .await?;
        assert_eq!(page.rows.len(), lives.states.len());
        for row in &page.rows {
            let state = &lives.states[row.employee_id.as_str()];
            let (stint, nearest) = counts(state, on);
            let told = (row.employment.admission_date, row.employment.ended_on, row.state);
            assert_eq!(
                told,
                (stint.admission_date, stint.ended_on, state_on(stint, on)),
                "{} on {on}",
                row.employee_id
            );
            assert_eq!(
                Some(&row.terms),
                state.terms_on(nearest),
                "{} on {on}",
                row.employee_id
            );
            assert_eq!(Some(&row.salary.data), state.salary_on(nearest));
            let now = state.terms_on(counts(state, today()).1);
            assert_eq!(Some(&row.store_today), now.map(|terms| &terms.store_id));
        }
    }
    Ok(())
}

async fn agrees_on_counts(world: &World, lives: &mut Lives) -> anyhow::Result<()> {
    for _ in 0..6 {
        let from = day(&lives.between(first(), first() + Span::new().days(DAYS)));
        let to = day(&lives.between(from, from + 200.days()));
        let filter = HeadcountFilter {
            from,
            to,
            ..HeadcountFilter::on(from)
        };
        let page = world.projections.headcount(&filter, &ALL, ANY).await?;
        let told = page.rows.iter().map(|row| {
            let key = (row.month.to_string(), row.store_id.to_string(), row.job.clone());
            (key, [row.employees, row.on_leave, row.hired, row.terminated])
        });
        assert_eq!(
            told.collect::<Counted>(),
            counted(lives, from, to),
            "{from} to {to}"
        );
    }
    Ok(())
}

async fn agrees_on_leaves(world: &World, lives: &Lives) -> anyhow::Result<()> {
    for (who, state) in &lives.states {
        let filter = LeaveFilter {
            employee_id: Some(employee(who)),
            ..LeaveFilter::default()
        };
        let page = world.projections.list_leaves(&filter, &ALL, ANY).await?;
        assert_eq!(page.rows.len(), state.leaves.len());
        for row in &page.rows {
            let leave = &state.leaves[&row.leave_id];
            assert_eq!((row.from, row.to, &row.kind), (leave.from, leave.to, &leave.kind));
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_read_models_say_of_any_lives_what_the_domain_says() -> anyhow::Result<()> {
    for seed in 1..=4 {
        let mut lives = Lives::of(seed, 160);
        let world = World::open().await?;
        let said = lives.said.clone();
        let mut rest = said.as_slice();
        while !rest.is_empty() {
            let many = usize::try_from(lives.dice.below(30))? + 1;
            let (part, later) = rest.split_at(many.min(rest.len()));
            world.say(part).await?;
            world.catch_up().await?;
            rest = later;
        }
        agrees_on_days(&world, &lives).await?;
        agrees_on_counts(&world, &mut lives).await?;
        agrees_on_leaves(&world, &lives).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_rebuild_of_any_lives_in_many_ranges_gives_the_live_rows() -> anyhow::Result<()> {
    for seed in 11..=13 {
        let lives = Lives::of(seed, 120);
        let world = World::open().await?;
        for (number, part) in (0..).zip(lives.said.chunks(23)) {
            world.say(part).await?;
            let costs = vec![cost("centro", "Caixa", 2, amounts(7, 2, 5))];
            let wages = payroll(number, "2026-02", &["ana", "bia"], costs);
            world.say(&[recorded(&wages)]).await?;
            if number % 2 == 0 {
                world.say(&[voided(&wages)]).await?;
            }
            world.catch_up().await?;
        }
        twice(&world).await?;
        let live = world.rows().await?;
        for workers in [1, 3] {
            for name in world.projections.names() {
                let options = RebuildOptions { workers };
                let report = world
                    .projections
                    .rebuild_within(SMALL, name, &options, &crate::rebuild::ignore_progress)
                    .await?;
                assert!(
                    report.comparison.is_some_and(|both| both.equal),
                    "seed {seed}: {report:?}"
                );
            }
            assert_eq!(world.rows().await?, live, "seed {seed}, {workers} workers");
        }
    }
    Ok(())
}
