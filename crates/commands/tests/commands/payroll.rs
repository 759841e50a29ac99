//! Payrolls through the door: places from employees' streams, wages sealed, once for ever.

use posars_domain::employee::{
    ContractKind, EmployeeEvent, EmployeeHired, EmployeeTerminated, EmploymentTerms, PositionChanged,
};
use posars_domain::payroll::{
    PayrollEvent, PayrollRecorded, RecordPayroll, RecordPayrollLine, VoidPayroll, WageAmounts,
};
use posars_domain::person::{ErasureCause, PersonEvent, PersonalDataErased};
use posars_domain::{Currency, KeyId, Personal, RetentionClass, Sealed};
use uuid::Uuid;

use crate::shop::{Shop, api, cents, decoded, reason, v};

const PAYROLL: &str = "0193a5f0-0000-7000-8000-000000000701";

fn terms(position: &str, store: &str, cost_center: Option<&str>) -> EmploymentTerms {
    EmploymentTerms {
        position: position.to_owned(),
        store_id: v(store),
        cost_center: cost_center.map(v),
        contract: ContractKind::PERMANENT,
    }
}

pub(crate) fn hired(employee: &str, terms: EmploymentTerms) -> EmployeeEvent {
    let salary = Personal::Sealed(Sealed {
        key: KeyId::new(Uuid::from_u128(7)),
        sealed: "AAEC".into(),
    });
    EmployeeHired {
        employee_id: v(employee),
        subject_id: v(&format!("p-{employee}")),
        admission_date: v("2026-01-05"),
        terms,
        salary,
    }
    .into()
}

pub(crate) fn line(employee: &str, gross: i64, charges: i64, net: i64) -> RecordPayrollLine {
    RecordPayrollLine {
        employee_id: v(employee),
        amounts: Personal::Clear(WageAmounts {
            gross: cents(gross),
            charges: cents(charges),
            net: cents(net),
        }),
        store_id: None,
        cost_center: None,
        position: None,
    }
}

pub(crate) fn payroll(lines: Vec<RecordPayrollLine>) -> RecordPayroll {
    RecordPayroll {
        payroll_id: v(PAYROLL),
        month: v("2026-10"),
        currency: Currency::BRL,
        memo: None,
        wages_due: None,
        charges_due: None,
        lines,
    }
}

pub(crate) fn void(reason: &str) -> VoidPayroll {
    VoidPayroll {
        payroll_id: v(PAYROLL),
        reason: reason.to_owned(),
    }
}

impl Shop {
    /// A shop with two sellers and a driver.
    pub(crate) async fn staffed() -> anyhow::Result<Self> {
        let shop = Self::open().await?;
        shop.take_on().await?;
        Ok(shop)
    }

    pub(crate) async fn take_on(&self) -> anyhow::Result<()> {
        for (employee, terms) in [
            ("7", terms("vendedor", "centro", None)),
            ("8", terms("vendedor", "centro", None)),
            ("9", terms("motorista", "centro", Some("frota"))),
        ] {
            self.append(&format!("employee-{employee}"), &[hired(employee, terms)])
                .await?;
        }
        Ok(())
    }

    async fn erase(&self, employee: &str) -> anyhow::Result<()> {
        let subject_id = v(&format!("p-{employee}"));
        let erased = PersonEvent::from(PersonalDataErased {
            subject_id,
            classes: vec![RetentionClass::Labour],
            cause: ErasureCause::Retention,
        });
        self.append(&format!("person-p-{employee}"), &[erased]).await?;
        Ok(())
    }
}

#[tokio::test]
async fn places_come_from_the_employees_and_wages_are_sealed() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    let moved = EmployeeEvent::from(PositionChanged {
        employee_id: v("8"),
        effective_date: v("2026-10-31"),
        terms: terms("gerente", "centro", None),
        reason: None,
    });
    shop.append("employee-8", &[moved]).await?;
    let lines = vec![
        line("7", 314_159, 100_000, 271_828),
        line("8", 500_001, 180_000, 400_000),
        line("9", 161_803, 0, 161_803),
    ];
    let done = shop.commands.carry_out(&payroll(lines), &api()).await?;
    let answer: &PayrollRecorded = done.answer().unwrap();
    assert_eq!(answer.lines[0].amounts.clear().unwrap().gross, cents(314_159));
    let events = shop.events(&format!("payroll-{PAYROLL}")).await?;
    assert_eq!(events.len(), 1);
    let PayrollEvent::PayrollRecorded(stored) = decoded(&events[0]) else {
        unreachable!()
    };
    let places: Vec<_> = stored.lines.iter().map(|line| line.position.as_str()).collect();
    assert_eq!(places, ["vendedor", "gerente", "motorista"]);
    assert!(stored.lines.iter().all(|line| line.amounts.sealed().is_some()));
    // Each is sealed with a key of their own.
    let mut keys: Vec<_> = stored
        .lines
        .iter()
        .map(|line| line.amounts.sealed().unwrap().key)
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 3);
    assert_eq!(stored.costs, answer.costs);
    Ok(())
}

#[tokio::test]
async fn a_payroll_sent_again_is_the_same_and_other_wages_are_refused() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    let lines = || vec![line("7", 300_000, 100_000, 250_000), line("8", 1, 0, 1)];
    let first = shop.commands.carry_out(&payroll(lines()), &api()).await?;
    let again = shop.commands.carry_out(&payroll(lines()), &api()).await?;
    assert!(again.replayed);
    assert_eq!(again.event_ids, first.event_ids);
    // The fingerprint covers no wage; the wages are compared all the same.
    let mut other = lines();
    other[1] = line("8", 2, 0, 1);
    let refused = shop.commands.carry_out(&payroll(other), &api()).await;
    assert_eq!(reason(refused), "IDEMPOTENCY_MISMATCH");
    // Whoever leaves later got the wage all the same.
    let left = EmployeeEvent::from(EmployeeTerminated {
        employee_id: v("7"),
        date: v("2026-09-30"),
        reason: "Pedido".to_owned(),
    });
    shop.append("employee-7", &[left]).await?;
    let again = shop.commands.carry_out(&payroll(lines()), &api()).await?;
    assert!(again.replayed);
    let anew = RecordPayroll {
        payroll_id: v("0193a5f0-0000-7000-8000-000000000702"),
        ..payroll(lines())
    };
    let refused = shop.commands.carry_out(&anew, &api()).await;
    assert_eq!(reason(refused), "EMPLOYEE_NOT_ACTIVE");
    let fewer = RecordPayroll {
        lines: vec![line("8", 1, 0, 1)],
        ..payroll(lines())
    };
    let refused = shop.commands.carry_out(&fewer, &api()).await;
    assert_eq!(reason(refused), "IDEMPOTENCY_MISMATCH");
    Ok(())
}

#[tokio::test]
async fn nobody_unknown_or_erased_gets_a_wage() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    let unknown = payroll(vec![line("7", 1, 0, 1), line("70", 1, 0, 1)]);
    let refused = shop.commands.carry_out(&unknown, &api()).await;
    assert_eq!(reason(refused), "UNKNOWN_EMPLOYEE");
    shop.erase("8").await?;
    let erased = payroll(vec![line("7", 1, 0, 1), line("8", 1, 0, 1)]);
    let refused = shop.commands.carry_out(&erased, &api()).await;
    assert_eq!(reason(refused), "PERSON_ERASED");
    let mut elsewhere = payroll(vec![line("7", 1, 0, 1)]);
    elsewhere.lines[0].store_id = Some(v("nowhere"));
    let refused = shop.commands.carry_out(&elsewhere, &api()).await;
    assert_eq!(reason(refused), "UNKNOWN_STORE");
    assert!(shop.events(&format!("payroll-{PAYROLL}")).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_erasure_in_between_leaves_no_event_with_a_key_that_is_gone() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    let lines = || vec![line("7", 1, 0, 1), line("8", 1, 0, 1)];
    shop.commands.carry_out(&payroll(lines()), &api()).await?;
    // The first process believes what it has read before.
    shop.erase("8").await?;
    let next = RecordPayroll {
        payroll_id: v("0193a5f0-0000-7000-8000-000000000702"),
        ..payroll(lines())
    };
    let refused = shop.commands.carry_out(&next, &api()).await;
    assert_eq!(reason(refused), "PERSON_ERASED");
    Ok(())
}

#[tokio::test]
async fn a_dry_run_of_a_payroll_writes_nothing() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    let before = (shop.head().await?, shop.count("subject_keys").await?);
    let tried = shop.commands.validate_only();
    let done = tried
        .carry_out(&payroll(vec![line("7", 5, 0, 5)]), &api())
        .await?;
    let answer: &PayrollRecorded = done.answer().unwrap();
    assert_eq!(answer.costs[0].amounts.gross, cents(5));
    assert_eq!((shop.head().await?, shop.count("subject_keys").await?), before);
    Ok(())
}

#[tokio::test]
async fn a_payroll_is_voided_once() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    let refused = shop.commands.carry_out(&void("Engano"), &api()).await;
    assert_eq!(reason(refused), "PAYROLL_UNKNOWN");
    shop.commands
        .carry_out(&payroll(vec![line("7", 5, 1, 4)]), &api())
        .await?;
    let first = shop.commands.carry_out(&void("Engano"), &api()).await?;
    let again = shop.commands.carry_out(&void("Engano"), &api()).await?;
    assert!(again.replayed);
    assert_eq!(again.event_ids, first.event_ids);
    let refused = shop.commands.carry_out(&void("Outro"), &api()).await;
    assert_eq!(reason(refused), "PAYROLL_ALREADY_VOIDED");
    // What was voided is still what was sent.
    let again = shop
        .commands
        .carry_out(&payroll(vec![line("7", 5, 1, 4)]), &api())
        .await?;
    assert!(again.replayed);
    Ok(())
}
