//! Erasing and handing out what is known of a person, and for how long it is kept.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use crate::fixtures::{given, nowhere, v};
use jiff::civil::{Date, date};
use posars_domain::company::{Company, CompanyState, DefineCompany, SetRetentionPolicy};
use posars_domain::person::{
    Employment, ErasePersonalData, ErasureCause, ErasureRequested, ExportPersonalData, HeldClass, Holding,
    Holdings, Person, PersonEvent, PersonalDataErased, ShredDue,
};
use posars_domain::{Aggregate as _, Currency, DomainEvent as _, Given, RetentionClass, RetentionPolicy};
use proptest::prelude::*;

const CLASSES: [RetentionClass; 3] = [
    RetentionClass::Contact,
    RetentionClass::Fiscal,
    RetentionClass::Labour,
];

/// A person who bought and worked here until the middle of 2026.
fn holdings(employment: Employment) -> Holdings {
    let key = |class| Holding {
        class,
        last_used_on: date(2026, 6, 30),
    };
    Holdings {
        keys: CLASSES.map(key).to_vec(),
        employment,
        policy: RetentionPolicy::default(),
    }
}

fn erase(holdings: Holdings) -> ErasePersonalData {
    ErasePersonalData {
        subject_id: v("p-1"),
        request_ref: Some("LGPD-2026-7".to_owned()),
        holdings,
    }
}

fn shred(holdings: Holdings) -> ShredDue {
    ShredDue {
        subject_id: v("p-1"),
        holdings,
        is_unused: false,
    }
}

fn export(events: u64) -> ExportPersonalData {
    ExportPersonalData {
        subject_id: v("p-1"),
        request_ref: Some("LGPD-2026-8".to_owned()),
        up_to_position: 42,
        events,
    }
}

fn on(day: &str) -> Given<'static> {
    Given::at(v(&format!("{day}T12:00:00Z")))
}

fn held(class: RetentionClass, until: Option<Date>) -> HeldClass {
    HeldClass { class, until }
}

fn erased(classes: &[RetentionClass], cause: ErasureCause) -> PersonEvent {
    PersonEvent::PersonalDataErased(PersonalDataErased {
        subject_id: v("p-1"),
        classes: classes.to_vec(),
        cause,
    })
}

fn requested(held: Vec<HeldClass>) -> PersonEvent {
    PersonEvent::ErasureRequested(ErasureRequested {
        subject_id: v("p-1"),
        request_ref: Some("LGPD-2026-7".to_owned()),
        held,
    })
}

#[test]
fn who_asks_is_erased_as_far_as_no_law_forbids_and_told_the_dates_of_the_rest() {
    let ended = holdings(Employment::EndedOn(date(2026, 5, 31)));
    let decision = given::<Person>(&[])
        .when(erase(ended.clone()), &nowhere())
        .accepted();
    let kept = vec![
        held(RetentionClass::Fiscal, Some(date(2037, 7, 1))),
        held(RetentionClass::Labour, Some(date(2056, 7, 1))),
    ];
    assert_eq!(
        decision.events,
        [
            requested(kept),
            erased(&[RetentionClass::Contact], ErasureCause::Request)
        ]
    );
    let state = Person::fold(&decision.events);
    assert_eq!(state.erased, BTreeSet::from([RetentionClass::Contact]));
    // The same again, also when a crash has left the key of what is erased.
    given::<Person>(&decision.events)
        .when(erase(ended), &nowhere())
        .nothing();
}

#[test]
fn a_later_request_erases_what_has_fallen_due_since() {
    let first = given::<Person>(&[])
        .when(erase(holdings(Employment::Never)), &nowhere())
        .accepted();
    let later = given::<Person>(&first.events)
        .when(erase(holdings(Employment::Never)), &on("2037-07-01"))
        .accepted();
    assert_eq!(
        later.events,
        [
            requested(vec![held(RetentionClass::Labour, Some(date(2056, 7, 1)))]),
            erased(&[RetentionClass::Fiscal], ErasureCause::Request)
        ]
    );
}

#[test]
fn what_an_employment_needs_is_not_due_while_it_lasts() {
    let lasts = holdings(Employment::Lasts);
    let far = on("2095-01-01");
    assert_eq!(
        given::<Person>(&[]).when(shred(lasts.clone()), &far).event(),
        erased(&[RetentionClass::Fiscal], ErasureCause::Retention)
    );
    // An employer has to reach who works for it, also when they ask to be erased.
    let asked = given::<Person>(&[]).when(erase(lasts), &nowhere()).event();
    let kept = vec![
        held(RetentionClass::Contact, None),
        held(RetentionClass::Fiscal, Some(date(2037, 7, 1))),
        held(RetentionClass::Labour, None),
    ];
    assert_eq!(asked, requested(kept));
}

#[test]
fn the_time_runs_from_the_last_day_of_work_or_from_a_later_use() {
    for (ended_on, due_on) in [
        (date(2026, 5, 31), date(2028, 7, 1)),
        (date(2026, 12, 31), date(2029, 1, 1)),
    ] {
        let holdings = holdings(Employment::EndedOn(ended_on));
        assert_eq!(holdings.due_on(holdings.keys[0]), Some(due_on), "{ended_on}");
    }
}

#[test]
fn what_is_due_is_erased_once_and_not_a_day_early() {
    let never = holdings(Employment::Never);
    given::<Person>(&[])
        .when(shred(never.clone()), &on("2028-06-30"))
        .nothing();
    // The day has begun in London, and not yet in the west of Brazil.
    let given_evening = Given::at(v("2028-07-01T03:00:00Z"));
    given::<Person>(&[])
        .when(shred(never.clone()), &given_evening)
        .nothing();
    let gone = given::<Person>(&[])
        .when(shred(never.clone()), &on("2028-07-01"))
        .event();
    assert_eq!(gone, erased(&[RetentionClass::Contact], ErasureCause::Retention));
    given::<Person>(&[gone])
        .when(shred(never), &on("2028-07-01"))
        .nothing();
}

#[test]
fn keys_that_seal_nothing_go_whatever_their_age() {
    let unused = ShredDue {
        is_unused: true,
        ..shred(holdings(Employment::Lasts))
    };
    let gone = given::<Person>(&[]).when(unused.clone(), &nowhere()).event();
    assert_eq!(gone, erased(&CLASSES, ErasureCause::Retention));
    given::<Person>(&[gone]).when(unused, &nowhere()).nothing();
}

#[test]
fn each_handing_out_is_put_down() {
    let first = given::<Person>(&[]).when(export(3), &nowhere()).event();
    let again = given::<Person>(std::slice::from_ref(&first))
        .when(export(3), &nowhere())
        .event();
    assert_eq!(again, first);
}

#[test]
fn person_unknown() {
    given::<Person>(&[])
        .when(erase(Holdings::default()), &nowhere())
        .rejected("PERSON_UNKNOWN", None);
    given::<Person>(&[])
        .when(export(0), &nowhere())
        .rejected("PERSON_UNKNOWN", None);
    // Who was erased is known to have been.
    let gone = erased(&CLASSES, ErasureCause::Retention);
    let asked = given::<Person>(std::slice::from_ref(&gone))
        .when(erase(Holdings::default()), &nowhere())
        .event();
    assert_eq!(asked, requested(Vec::new()));
    given::<Person>(&[gone]).when(export(0), &nowhere()).event();
}

#[test]
fn a_reference_says_nothing_of_who_asked() {
    for (request_ref, reason) in [
        ("529.982.247-25", "TAX_ID_MISPLACED"),
        ("x".repeat(81).as_str(), "TEXT_TOO_LONG"),
        ("a\u{0}", "TEXT_HAS_CONTROL"),
    ] {
        let erase = ErasePersonalData {
            request_ref: Some(request_ref.to_owned()),
            ..erase(holdings(Employment::Never))
        };
        let no = given::<Person>(&[])
            .when(erase, &nowhere())
            .rejected(reason, Some("request_ref"));
        assert!(!no.to_string().contains("982"), "{no}");
        let export = ExportPersonalData {
            request_ref: Some(request_ref.to_owned()),
            ..export(1)
        };
        given::<Person>(&[])
            .when(export, &nowhere())
            .rejected(reason, Some("request_ref"));
    }
}

pub(crate) fn set_retention(months: [u32; 3]) -> SetRetentionPolicy {
    let [contact_months, fiscal_months, labour_months] = months;
    SetRetentionPolicy {
        company_id: v("loja_exemplo"),
        contact_months: Some(contact_months),
        fiscal_months: Some(fiscal_months),
        labour_months: Some(labour_months),
    }
}

#[test]
fn the_times_are_set_as_a_whole() {
    let define = DefineCompany {
        company_id: v("loja_exemplo"),
        name: "Loja Exemplo".to_owned(),
        cnpj: None,
        currency: Currency::BRL,
    };
    let mut history = vec![given::<Company>(&[]).when(define, &nowhere()).event()];
    assert_eq!(Company::fold(&history).retention(), RetentionPolicy::default());
    for months in [[24, 132, 360], [1, 60, 60], [1_200, 1_200, 1_200]] {
        let set = given::<Company>(&history)
            .when(set_retention(months), &nowhere())
            .event();
        history.push(set);
        let state = Company::fold(&history);
        assert_eq!(CLASSES.map(|class| state.retention().months_of(class)), months);
        given::<Company>(&history)
            .when(set_retention(months), &nowhere())
            .nothing();
    }
    // What is not named stays as it is.
    let only_contact = SetRetentionPolicy {
        contact_months: Some(12),
        fiscal_months: None,
        labour_months: None,
        ..set_retention([1, 60, 60])
    };
    let set = given::<Company>(&history).when(only_contact, &nowhere()).event();
    history.push(set);
    let policy = Company::fold(&history).retention();
    assert_eq!(CLASSES.map(|class| policy.months_of(class)), [12, 1_200, 1_200]);
    assert_eq!(CompanyState::default().retention(), RetentionPolicy::default());
}

#[test]
fn retention_months_invalid() {
    for (months, field) in [
        ([0, 60, 60], "contact_months"),
        ([1, 1_201, 60], "fiscal_months"),
        ([1, 59, 60], "fiscal_months"),
        ([1, 60, 59], "labour_months"),
        ([1, 60, u32::MAX], "labour_months"),
    ] {
        given::<Company>(&[])
            .when(set_retention(months), &nowhere())
            .rejected("RETENTION_MONTHS_INVALID", Some(field));
    }
    given::<Company>(&[])
        .when(set_retention([1, 60, 60]), &nowhere())
        .rejected("COMPANY_NOT_DEFINED", None);
}

#[test]
fn a_month_ends_where_it_ends() {
    let policy = RetentionPolicy {
        contact_months: 1,
        ..RetentionPolicy::default()
    };
    let due_on = |used| policy.due_on(RetentionClass::Contact, used);
    assert_eq!(due_on(date(2027, 1, 31)), date(2027, 3, 1));
    assert_eq!(due_on(date(2028, 1, 31)), date(2028, 3, 1));
    assert_eq!(due_on(date(2028, 1, 15)), date(2028, 2, 16));
    assert_eq!(due_on(date(9999, 12, 31)), date(9999, 12, 31));
}

/// Each event about a person, as full as it can be.
pub(crate) fn person_examples() -> Vec<(String, String)> {
    let ended = holdings(Employment::EndedOn(date(2026, 5, 31)));
    let erased = given::<Person>(&[]).when(erase(ended), &nowhere()).accepted();
    let exported = given::<Person>(&[]).when(export(3), &nowhere()).accepted();
    let events = erased.events.into_iter().chain(exported.events);
    let named = events.map(|event| {
        let name = format!("{}.v{}.json", event.event_type(), event.schema_version());
        (name, event.to_json().get().to_owned())
    });
    named.collect()
}

fn any_day() -> impl Strategy<Value = Date> {
    (0_i64..40_000).prop_map(|days| {
        date(1999, 1, 1)
            .checked_add(jiff::Span::new().days(days))
            .unwrap()
    })
}

proptest! {
    /// Who is not looked at because of the last use has nothing that is due.
    #[test]
    fn nothing_that_is_due_is_overlooked(used in any_day(), day in any_day(), months in 1_u32..=1_200) {
        let policy = RetentionPolicy { fiscal_months: months, ..RetentionPolicy::default() };
        let is_due = policy.due_on(RetentionClass::Fiscal, used) <= day;
        prop_assert!(!is_due || used <= policy.last_use_due_on(RetentionClass::Fiscal, day));
    }
}
