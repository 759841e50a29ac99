//! Employees through the door: sealed, one for each person, and once for ever.

use posars_commands::{CommandError, Completed};
use posars_domain::employee::{
    CancelLeave, ChangePosition, ChangeSalary, ContactFields, ContractKind, CorrectAdmission, EmployeeEvent,
    EmployeeHired, EmployeeTerminated, EmploymentTerms, HireEmployee, LabourFields, LeaveCancelled,
    LeaveRegistered, PersonalDataSet, PositionChanged, RegisterLeave, RehireEmployee, SetPersonalData,
    TerminateEmployee, Wage, WagePeriod,
};
use posars_domain::product::Edit;
use posars_domain::sale::{Customer, RecordSale, SaleRecorded};
use posars_domain::{Command, Currency, DomainEvent as _, EventOf, Personal, SubjectId};
use uuid::Uuid;

use crate::pins::keys_of;
use crate::shop::{Shop, api, asked_as, cents, define_store, reason, sale, v};

const CPF: &str = "52998224725";
const OTHER_CPF: &str = "11144477735";
const LEAVE: &str = "0193a5f0-0000-7000-8000-000000000801";

fn wage(minor: i64) -> Personal<Wage> {
    Personal::Clear(Wage {
        amount: cents(minor),
        currency: Currency::BRL,
        per: WagePeriod::Month,
    })
}

fn terms(position: &str) -> EmploymentTerms {
    EmploymentTerms {
        position: position.to_owned(),
        store_id: v("centro"),
        cost_center: None,
        contract: ContractKind::PERMANENT,
    }
}

fn hire(employee: &str, cpf: Option<&str>) -> HireEmployee {
    HireEmployee {
        employee_id: v(employee),
        subject_id: None,
        admission_date: v("2026-01-05"),
        terms: terms("vendedor"),
        salary: wage(7_654_321),
        labour: LabourFields {
            name: cpf.map(|_| "Ana Quaresma".to_owned().into()),
            cpf: cpf.map(|cpf| Personal::Clear(v(cpf))),
            ..LabourFields::default()
        },
        contact: ContactFields::default(),
    }
}

fn put_cpf(employee: &str, cpf: &str) -> SetPersonalData {
    SetPersonalData {
        employee_id: v(employee),
        labour: LabourFields {
            cpf: Some(Personal::Clear(v(cpf))),
            ..LabourFields::default()
        },
        contact: ContactFields::default(),
    }
}

fn pay(employee: &str, day: &str, minor: i64) -> ChangeSalary {
    ChangeSalary {
        employee_id: v(employee),
        effective_date: v(day),
        salary: wage(minor),
        reason: None,
    }
}

fn end(employee: &str, day: &str) -> TerminateEmployee {
    TerminateEmployee {
        employee_id: v(employee),
        date: v(day),
        reason: "Pedido de demissão".to_owned(),
    }
}

fn back(employee: &str, day: &str, minor: i64) -> RehireEmployee {
    RehireEmployee {
        employee_id: v(employee),
        admission_date: v(day),
        terms: terms("vendedor"),
        salary: wage(minor),
    }
}

fn leave(employee: &str, from: &str, to: &str) -> RegisterLeave {
    RegisterLeave {
        employee_id: v(employee),
        leave_id: v(LEAVE),
        kind: v("vacation"),
        from: v(from),
        to: v(to),
    }
}

fn subject(completed: &Completed<EmployeeEvent>) -> SubjectId {
    completed.answer::<EmployeeHired>().unwrap().subject_id.clone()
}

async fn done<C: Command>(shop: &Shop, command: &C) -> anyhow::Result<Completed<EventOf<C>>> {
    Ok(shop.commands.carry_out(command, &api()).await?)
}

async fn refused<C: Command<Answer: std::fmt::Debug>>(shop: &Shop, command: &C) -> String
where
    EventOf<C>: std::fmt::Debug,
{
    reason(shop.commands.carry_out(command, &api()).await)
}

async fn types(shop: &Shop, employee: &str) -> anyhow::Result<Vec<String>> {
    let events = shop.events(&format!("employee-{employee}")).await?;
    Ok(events.iter().map(|event| event.event_type.to_string()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_an_employees_life_and_nothing_of_the_person_in_the_clear() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let hired = done(&shop, &hire("e-7", Some(CPF))).await?;
    assert!(subject(&hired).as_str().starts_with("p-"));
    done(&shop, &pay("e-7", "2026-03-01", 7_654_322)).await?;
    let contact = SetPersonalData {
        employee_id: v("e-7"),
        labour: LabourFields::default(),
        contact: ContactFields {
            phone: Some("(21) 98765-4321".to_owned().into()),
            ..ContactFields::default()
        },
    };
    done(&shop, &contact).await?;
    done(&shop, &end("e-7", "2026-06-30")).await?;
    done(&shop, &back("e-7", "2026-09-01", 7_654_323)).await?;
    let events = shop.events("employee-e-7").await?;
    let stored: String = events.iter().map(|event| event.data.as_str()).collect();
    for secret in [CPF, "Quaresma", "76543", "98765", "withheld"] {
        assert!(!stored.contains(secret), "{secret} in {stored}");
    }
    assert_eq!(
        types(&shop, "e-7").await?,
        [
            "EmployeeHired",
            "PersonalDataSet",
            "SalaryChanged",
            "PersonalDataSet",
            "EmployeeTerminated",
            "EmployeeRehired"
        ]
    );
    // A key for what the law asks for, one to reach the person.
    assert_eq!(shop.count("subject_keys").await?, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hire_sent_again_changes_nothing_and_another_is_told_apart_by_what_is_sealed() -> anyhow::Result<()>
{
    let shop = Shop::open().await?;
    let first = done(&shop, &hire("e-7", Some(CPF))).await?;
    done(&shop, &pay("e-7", "2026-03-01", 1)).await?;
    let head = shop.head().await?;
    let again = done(&shop, &hire("e-7", Some(CPF))).await?;
    assert_eq!(
        (subject(&again), again.position),
        (subject(&first), first.position)
    );
    assert_eq!(again.events, first.events, "opened for whoever gave it");
    let others: [fn(&mut HireEmployee); 4] = [
        |hire| hire.salary = wage(7_654_322),
        |hire| hire.labour.name = Some("Bia Quaresma".to_owned().into()),
        |hire| hire.labour.name = None,
        |hire| hire.contact.phone = Some("1".to_owned().into()),
    ];
    for change in others {
        let mut other = hire("e-7", Some(CPF));
        change(&mut other);
        assert_eq!(refused(&shop, &other).await, "IDEMPOTENCY_MISMATCH", "{other:?}");
    }
    assert_eq!(
        refused(&shop, &hire("e-7", Some(OTHER_CPF))).await,
        "EMPLOYEE_ALREADY_ACTIVE"
    );
    assert_eq!(refused(&shop, &hire("e-8", Some(CPF))).await, "CPF_IN_USE");
    assert_eq!(shop.head().await?, head);
    // Nor has one of them left a key behind.
    assert_eq!(shop.count("subject_keys").await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehire_sent_again_is_told_apart_by_its_wage() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    done(&shop, &hire("e-7", None)).await?;
    done(&shop, &end("e-7", "2026-06-30")).await?;
    let first = done(&shop, &back("e-7", "2026-09-01", 100)).await?;
    let again = done(&shop, &back("e-7", "2026-09-01", 100)).await?;
    assert_eq!(again.position, first.position);
    assert_eq!(
        refused(&shop, &back("e-7", "2026-09-01", 101)).await,
        "IDEMPOTENCY_MISMATCH"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hires_of_one_cpf_at_once_one_wins() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let another = shop.commands_of_another_process().await?;
    for round in 0..5 {
        // Another person each time, who is nobody before.
        let root = format!("{:09}", 123_456_780 + round);
        let [one, two] = posars_domain::Cpf::check_digits(&root).unwrap();
        let cpf = format!("{root}{one}{two}");
        let hires = [0, 1].map(|which| hire(&format!("r{round}-{which}"), Some(&cpf)));
        let envelope = api();
        let (one, other) = tokio::join!(
            shop.commands.carry_out(&hires[0], &envelope),
            another.carry_out(&hires[1], &envelope)
        );
        let lost = match (one, other) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(Err::<(), _>(lost)), "CPF_IN_USE");
    }
    assert_eq!(shop.count("subject_finders").await?, 5);
    assert_eq!(shop.count("events where type = 'EmployeeHired'").await?, 5);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hire_sent_twice_at_once_is_one_hire() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let another = shop.commands_of_another_process().await?;
    let (hire, envelope) = (hire("e-7", Some(CPF)), api());
    let (one, other) = tokio::join!(
        shop.commands.carry_out(&hire, &envelope),
        another.carry_out(&hire, &envelope)
    );
    assert_eq!(subject(&one?), subject(&other?));
    assert_eq!(types(&shop, "e-7").await?, ["EmployeeHired", "PersonalDataSet"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_one_employee_also_when_the_caller_names_the_person() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let named = |employee: &str, cpf| HireEmployee {
        subject_id: Some(v("pessoa-1")),
        ..hire(employee, cpf)
    };
    let first = done(&shop, &named("e-7", None)).await?;
    assert_eq!(subject(&first), v("pessoa-1"));
    assert_eq!(refused(&shop, &named("e-8", None)).await, "SUBJECT_IN_USE");
    assert_eq!(refused(&shop, &named("e-8", Some(CPF))).await, "SUBJECT_IN_USE");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_employees_have_one_cpf_and_one_that_was_put_right_is_free() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    done(&shop, &hire("e-7", Some(CPF))).await?;
    done(&shop, &hire("e-8", None)).await?;
    assert_eq!(refused(&shop, &put_cpf("e-8", CPF)).await, "CPF_IN_USE");
    // It was typed into the wrong form: its owner gets it back.
    done(&shop, &put_cpf("e-7", OTHER_CPF)).await?;
    done(&shop, &put_cpf("e-8", CPF)).await?;
    assert_eq!(refused(&shop, &put_cpf("e-7", CPF)).await, "CPF_IN_USE");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_takes_leaves_along_and_each_command_is_answered_again() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    done(&shop, &hire("e-7", None)).await?;
    let away = leave("e-7", "2026-06-20", "2026-07-19");
    let first = done(&shop, &away).await?;
    let ended = done(&shop, &end("e-7", "2026-06-30")).await?;
    assert_eq!(ended.events.len(), 2);
    assert_eq!(ended.answer::<LeaveRegistered>().unwrap().to, v("2026-06-30"));
    // The leave as it was registered is still the answer to its own registration.
    let again = done(&shop, &away).await?;
    assert!(again.replayed);
    assert_eq!(again.events, first.events);
    let again = done(&shop, &end("e-7", "2026-06-30")).await?;
    assert_eq!(again.position, ended.position);
    assert_eq!(
        again.answer::<EmployeeTerminated>().unwrap().date,
        v("2026-06-30")
    );
    // Another leave under its id, and the same id for somebody else.
    assert_eq!(
        refused(&shop, &leave("e-7", "2026-02-01", "2026-02-02")).await,
        "LEAVE_EXISTS"
    );
    done(&shop, &hire("e-8", None)).await?;
    assert_eq!(
        refused(&shop, &leave("e-8", "2026-06-20", "2026-07-19")).await,
        "IDEMPOTENCY_MISMATCH"
    );
    let cancel = CancelLeave {
        employee_id: v("e-7"),
        leave_id: v(LEAVE),
        reason: None,
    };
    let cancelled = done(&shop, &cancel).await?;
    let again = done(&shop, &cancel).await?;
    assert_eq!(again.position, cancelled.position);
    assert!(again.answer::<LeaveCancelled>().is_some());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_wage_is_recorded_once_for_a_key_of_its_own() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    done(&shop, &hire("e-7", None)).await?;
    let asked = asked_as(Uuid::from_u128(7));
    let raise = pay("e-7", "2026-03-01", 100);
    shop.commands.carry_out(&raise, &asked).await?;
    let again = shop.commands.carry_out(&raise, &asked).await?;
    assert!(again.replayed);
    let other = pay("e-7", "2026-03-01", 101);
    let mismatch = shop.commands.carry_out(&other, &asked).await;
    assert!(
        matches!(mismatch, Err(CommandError::IdempotencyMismatch { .. })),
        "{mismatch:?}"
    );
    // Also when what it was for is over.
    done(&shop, &end("e-7", "2026-02-28")).await?;
    assert!(shop.commands.carry_out(&raise, &asked).await?.replayed);
    let mismatch = shop.commands.carry_out(&other, &asked).await;
    assert!(
        matches!(mismatch, Err(CommandError::IdempotencyMismatch { .. })),
        "{mismatch:?}"
    );
    assert_eq!(refused(&shop, &raise).await, "EMPLOYEE_NOT_ACTIVE");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_employee_goes_must_be_there() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let nowhere = HireEmployee {
        terms: EmploymentTerms {
            store_id: v("norte"),
            ..terms("vendedor")
        },
        ..hire("e-7", None)
    };
    assert_eq!(refused(&shop, &nowhere).await, "UNKNOWN_STORE");
    done(&shop, &hire("e-7", None)).await?;
    let mut moved = ChangePosition {
        employee_id: v("e-7"),
        effective_date: v("2026-03-01"),
        position: None,
        store_id: Some(v("norte")),
        cost_center: Edit::Keep,
        contract: None,
        reason: None,
    };
    assert_eq!(refused(&shop, &moved).await, "UNKNOWN_STORE");
    done(&shop, &define_store("norte")).await?;
    let done_so = done(&shop, &moved).await?;
    assert_eq!(
        done_so.answer::<PositionChanged>().unwrap().terms.store_id,
        v("norte")
    );
    moved.cost_center = Edit::Set(v("nenhum"));
    assert_eq!(refused(&shop, &moved).await, "COST_CENTER_UNKNOWN");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_a_hire_makes_nobody() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let head = shop.head().await?;
    let dry = shop.commands.validate_only();
    let shown = dry.carry_out(&hire("e-7", Some(CPF)), &api()).await?;
    assert!(shown.answer::<PersonalDataSet>().unwrap().labour.cpf.is_some());
    let preview: String = shown
        .events
        .iter()
        .map(|event| event.to_json().get().to_owned())
        .collect();
    assert!(
        !preview.contains(CPF) && preview.contains("withheld"),
        "{preview}"
    );
    assert_eq!((shop.head().await?, shop.count("subject_keys").await?), (head, 0));
    Ok(())
}

/// Each command's key, its fingerprint and the type of its first event: as in `pins`, never changed.
const KEYS: &str = "\
00000000-0000-4000-8000-000000000001 1608afaf19371b6c69df7fa5d9475a687554eeb37f67e1537cfeb9c57c7f1f5d EmployeeHired
00000000-0000-4000-8000-000000000002 ac76c6570e45e6bcebcdaef1e151794ce0fb9c132f916fe2190f51177f3574eb PersonalDataSet
00000000-0000-4000-8000-000000000003 ae78b54a7be16e8246f3d1d7551f81b66959a4c77769d52265a46505c57071f7 PositionChanged
00000000-0000-4000-8000-000000000004 b093cdf4e677ffd09978192c81b8ccb2665ae6644768bd23c49d3c1c5e7c6755 SalaryChanged
828e3087-96f2-50fd-9107-6a53197989fd 5233b1a7bf5f5c5a3660de7ff812c6523832d15ef0188970e62919e19329a3b5 LeaveRegistered
00000000-0000-4000-8000-000000000005 43d1923b42ef6bfae04bff50a7290fb06de9e2d8fbf716e9ca6bd5e4c0a0ef9a LeaveCancelled
00000000-0000-4000-8000-000000000006 da4f68bd758f5a9ff0740afaf56e46916e632a7f090fb12e9a457bf109441c84 EmployeeTerminated
00000000-0000-4000-8000-000000000007 388c1923ec981031e28b8c964e47057b80ea6b4b9bb26beca4501d91be5a947a EmployeeRehired
00000000-0000-4000-8000-000000000008 b1ac1a394ec722a61584959eae3666065fac843b40560486ff45db5b2abad430 AdmissionCorrected
";

#[tokio::test]
async fn every_command_of_an_employee_keeps_its_key_and_its_fingerprint() -> anyhow::Result<()> {
    async fn keyed(shop: &Shop, number: u128, command: impl Command) -> anyhow::Result<()> {
        let request = Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + number);
        shop.commands.carry_out(&command, &asked_as(request)).await?;
        Ok(())
    }
    let shop = Shop::open().await?;
    let mut hire = hire("e-7", Some(CPF));
    hire.subject_id = Some(v("pessoa-1"));
    hire.contact.email = Some("ana@exemplo.com.br".to_owned().into());
    keyed(&shop, 1, hire).await?;
    keyed(&shop, 2, put_cpf("e-7", OTHER_CPF)).await?;
    let moved = ChangePosition {
        employee_id: v("e-7"),
        effective_date: v("2026-03-01"),
        position: Some("gerente".to_owned()),
        store_id: Some(v("centro")),
        cost_center: Edit::Clear,
        contract: Some(ContractKind::FIXED_TERM),
        reason: Some("Promoção".to_owned()),
    };
    keyed(&shop, 3, moved).await?;
    let raise = ChangeSalary {
        reason: Some("Dissídio".to_owned()),
        ..pay("e-7", "2026-03-01", 100)
    };
    keyed(&shop, 4, raise).await?;
    shop.commands
        .carry_out(&leave("e-7", "2026-06-20", "2026-07-19"), &api())
        .await?;
    let cancel = CancelLeave {
        employee_id: v("e-7"),
        leave_id: v(LEAVE),
        reason: Some("Adiadas".to_owned()),
    };
    keyed(&shop, 5, cancel).await?;
    keyed(&shop, 6, end("e-7", "2026-06-30")).await?;
    keyed(&shop, 7, back("e-7", "2026-09-01", 100)).await?;
    let correct = CorrectAdmission {
        employee_id: v("e-7"),
        admission_date: v("2026-09-03"),
        reason: Some("Erro de digitação".to_owned()),
    };
    keyed(&shop, 8, correct).await?;
    assert_eq!(keys_of(&shop).await?, KEYS);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_cpf_makes_nobody_of_an_employee_and_a_buyer() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = sell_to(CPF);
    done(&shop, &sold).await?;
    let hired = subject(&done(&shop, &hire("17", Some(CPF))).await?);
    let again = done(&shop, &sell_to(CPF)).await?;
    let buyer = again.answer::<SaleRecorded>().unwrap().customer.clone().unwrap();
    assert_ne!(hired, buyer);
    done(&shop, &put_cpf("17", OTHER_CPF)).await?;
    let found = async |cpf| -> anyhow::Result<Vec<SubjectId>> {
        let found = shop.commands.keyring().find(cpf).await?;
        Ok(found.into_iter().map(|found| found.subject).collect())
    };
    assert_eq!(found(CPF).await?, [buyer]);
    assert_eq!(found(OTHER_CPF).await?, [hired]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wage_of_a_day_to_come_keeps_nothing_for_longer() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let hired = subject(&done(&shop, &hire("17", None)).await?);
    done(&shop, &pay("17", "2062-05-01", 100)).await?;
    let uses = shop.commands.keyring().uses(&hired).await?;
    assert!(
        uses.iter().all(|kept| kept.last_used_on <= v("2026-11-21")),
        "{uses:?}"
    );
    Ok(())
}

fn sell_to(cpf: &str) -> RecordSale {
    RecordSale {
        customer: Some(Customer {
            subject_id: None,
            tax_id: Some(Personal::Clear(v(cpf))),
            name: None,
        }),
        ..sale(&[("cafe", "1")])
    }
}
