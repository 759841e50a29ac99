//! The rules of an employee: what is told of the person and of the terms. The days are in `employee_days`.

use crate::fixtures::employee::{
    CPF, Life, NAME, back_on, cancel, contact, correct, end_on, hire_on, hr, labour, leave, move_on, pay_on,
    person, put_down, seller, wage,
};
use crate::fixtures::payroll::terms;
use crate::fixtures::{cents, given, nowhere, shop, v};
use posars_domain::books::{BooksState, GivenBooks};
use posars_domain::chart::{Chart, CostCenter, CostCenterDefined};
use posars_domain::employee::{
    BankAccount, ContactFields, Employee, EmployeeEvent, EmployeeHired, EmployeeRejection, EmployeeState,
    EmploymentTerms, HireEmployee, LabourFields, PersonalDataSet, RehireEmployee, Wage, WagePeriod,
    employee_cpf,
};
use posars_domain::product::Edit;
use posars_domain::{
    Aggregate as _, Command, Currency, Decision, DomainEvent as _, Given, Payload as _, Personal,
    Rejection as _, RetentionClass, Touches,
};

type Decided = Decision<EmployeeEvent, EmployeeRejection>;

fn hired(hire: HireEmployee) -> Decided {
    given::<Employee>(&[]).when(hire, &hr()).accepted()
}

fn refused_hire(hire: HireEmployee, reason: &str, field: Option<&str>) {
    given::<Employee>(&[]).when(hire, &hr()).rejected(reason, field);
}

/// Refused, and what was given is nowhere in what is said.
fn refused_unseen(command: impl Command<Of = Employee>, secret: &str, reason: &str, field: &str) {
    let life = Life::since("2026-01-05");
    let rejection = given(&life.0).when(command, &hr()).rejected(reason, Some(field));
    let said = format!("{rejection} {rejection:?} {:?}", rejection.metadata());
    assert!(!said.contains(secret), "{said}");
}

#[test]
fn a_hire_takes_the_person_on_and_puts_down_what_is_known() {
    let mut hire = hire_on("2026-01-05");
    (hire.labour, hire.contact) = (labour(), contact());
    let Decision { events, claims } = hired(hire);
    let [
        EmployeeEvent::EmployeeHired(hired),
        EmployeeEvent::PersonalDataSet(data),
    ] = events.as_slice()
    else {
        unreachable!("{events:?}")
    };
    assert_eq!((&hired.subject_id, &data.subject_id), (&v("p-ana"), &v("p-ana")));
    assert_eq!(hired.salary.clear().unwrap().amount, cents(200_000));
    // By the clock of the store, where it is noon.
    assert_eq!(data.set_on, v("2026-11-20"));
    assert_eq!(data.labour.name.as_ref().unwrap().clear().unwrap(), NAME);
    assert_eq!(data.labour.pis.as_ref().unwrap().clear().unwrap(), "12003406788");
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].key, "employee-subject:p-ana");
    assert_eq!((&claims[0].holder, &claims[0].namesake), (&None, &None));
}

#[test]
fn a_hire_with_nothing_personal_is_one_event() {
    let decision = hired(hire_on("2026-01-05"));
    assert_eq!(decision.events.len(), 1);
    assert!(EmployeeHired::of(&decision.events[0]).is_some());
}

#[test]
fn each_piece_of_data_has_its_class_and_only_a_cpf_finds() {
    let mut event = EmployeeEvent::from(PersonalDataSet {
        employee_id: v("e-7"),
        subject_id: v("p-ana"),
        set_on: v("2026-11-20"),
        labour: labour(),
        contact: contact(),
    });
    let fields = event.personal().into_iter();
    let fields: Vec<_> = fields
        .map(|field| (field.path.to_string(), field.class, field.finds))
        .collect();
    let labour = |name: &str, finds| (format!("labour.{name}"), RetentionClass::Labour, finds);
    let contact = |name: &str| (format!("contact.{name}"), RetentionClass::Contact, false);
    assert_eq!(
        fields,
        [
            labour("name", false),
            labour("cpf", true),
            labour("birth_date", false),
            labour("pis", false),
            labour("bank_account", false),
            contact("address"),
            contact("phone"),
            contact("email"),
        ]
    );
}

#[test]
fn a_hire_asks_for_the_person_by_name_or_by_cpf() {
    let sought = |hire: &HireEmployee, state: &EmployeeState| {
        let needs = hire.needs(state);
        let person = needs.person.unwrap();
        let subject = person.subject.map(ToString::to_string);
        (subject, person.finder.map(str::to_owned), needs.books)
    };
    let nobody = EmployeeState::default();
    let mut hire = hire_on("2026-01-05");
    assert_eq!(sought(&hire, &nobody), (None, None, false));
    hire.labour = labour();
    assert_eq!(sought(&hire, &nobody), (None, Some(CPF.to_owned()), false));
    hire.subject_id = Some(v("p-9"));
    hire.terms.cost_center = Some(v("loja"));
    assert_eq!(
        sought(&hire, &nobody),
        (Some("p-9".to_owned()), Some(CPF.to_owned()), true)
    );
    // Sent again, whoever has the CPF now is held against the one who was hired.
    let ana = Employee::fold(&Life::since("2026-01-05").0);
    assert_eq!(sought(&hire, &ana), (None, Some(CPF.to_owned()), true));
    hire.labour.cpf = None;
    assert_eq!(sought(&hire, &ana), (Some("p-ana".to_owned()), None, true));
}

#[test]
fn the_same_hire_again_changes_nothing() {
    let mut hire = hire_on("2026-01-05");
    hire.terms.position = " vendedor ".to_owned();
    let life = Life(Vec::new()).then(hire.clone());
    given(&life.0).when(hire.clone(), &hr()).nothing();
    // Also when the employee has moved on and left since.
    let life = life
        .then(move_on("2026-01-05", "gerente"))
        .then(move_on("2026-02-01", "diretora"))
        .then(end_on("2026-03-01"));
    given(&life.0).when(hire.clone(), &hr()).nothing();
    // What is sealed is for the door to compare, with what the hire would lead to.
    let afresh = hire.afresh(&Employee::fold(&life.0), &hr());
    assert_eq!(afresh, hired(hire).events);
}

#[test]
fn another_hire_under_the_same_id_is_refused() {
    let life = Life::since("2026-01-05");
    let others = |life: &Life, reason: &str| {
        let other_day = hire_on("2026-01-06");
        let other_terms = HireEmployee {
            terms: terms("gerente", "centro", None),
            ..hire_on("2026-01-05")
        };
        let other_person = HireEmployee {
            subject_id: Some(v("p-bia")),
            ..hire_on("2026-01-05")
        };
        for hire in [other_day, other_terms, other_person] {
            given(&life.0).when(hire, &hr()).rejected(reason, None);
        }
    };
    others(&life, "EMPLOYEE_ALREADY_ACTIVE");
    // The CPF is somebody else's.
    let bia = posars_domain::person::GivenPerson {
        subject_id: v("p-bia"),
        erased: [].into(),
    };
    let given_bia = Given {
        person: Some(&bia),
        ..shop()
    };
    let hire = HireEmployee {
        labour: labour(),
        ..hire_on("2026-01-05")
    };
    given(&life.0)
        .when(hire, &given_bia)
        .rejected("EMPLOYEE_ALREADY_ACTIVE", None);
    others(&life.then(end_on("2026-03-01")), "EMPLOYEE_EXISTS");
}

#[test]
fn one_person_is_one_employee() {
    let taken = |hire: HireEmployee| hired(hire).claims.remove(0).taken;
    let by_cpf = HireEmployee {
        labour: labour(),
        ..hire_on("2026-01-05")
    };
    let named = HireEmployee {
        subject_id: Some(v("p-ana")),
        ..by_cpf.clone()
    };
    assert_eq!(taken(by_cpf).reason(), "CPF_IN_USE");
    let refused = taken(named);
    assert_eq!(refused.reason(), "SUBJECT_IN_USE");
    assert_eq!(refused.field().as_deref(), Some("subject_id"));
}

#[test]
fn no_id_is_a_cpf_or_has_what_nobody_sees() {
    let with_id = |id: &str| HireEmployee {
        employee_id: v(id),
        ..hire_on("2026-01-05")
    };
    refused_hire(with_id(CPF), "TAX_ID_MISPLACED", Some("employee_id"));
    refused_hire(with_id("529.982.247-25"), "TAX_ID_MISPLACED", Some("employee_id"));
    refused_hire(with_id("7\u{200b}"), "EMPLOYEE_ID_INVALID", Some("employee_id"));
    let with_subject = |id: &str| HireEmployee {
        subject_id: Some(v(id)),
        ..hire_on("2026-01-05")
    };
    refused_hire(with_subject(CPF), "TAX_ID_MISPLACED", Some("subject_id"));
    refused_hire(
        with_subject("p\u{200b}"),
        "SUBJECT_ID_INVALID",
        Some("subject_id"),
    );
}

#[test]
fn the_store_must_be_there_before_anything_else_is_said() {
    let hire = HireEmployee {
        employee_id: v(CPF),
        ..hire_on("0001-01-01")
    };
    assert_eq!(
        hire.needs(&EmployeeState::default()).touches,
        Touches::Store(&hire.terms.store_id)
    );
    given::<Employee>(&[])
        .when(hire, &nowhere())
        .rejected("UNKNOWN_STORE", Some("store_id"));
}

#[test]
fn somebody_whose_data_was_erased_is_not_taken_on() {
    let without = |class| person(&[class]);
    let refused = |command: HireEmployee, class| {
        let person = without(class);
        let given_person = Given {
            person: Some(&person),
            ..shop()
        };
        given::<Employee>(&[])
            .when(command, &given_person)
            .rejected("PERSON_ERASED", None);
    };
    refused(hire_on("2026-01-05"), RetentionClass::Labour);
    let with_contact = HireEmployee {
        contact: contact(),
        ..hire_on("2026-01-05")
    };
    refused(with_contact, RetentionClass::Contact);
    // Who asked for it as a customer, or gives no telephone number now, may still work here.
    let person = person(&[RetentionClass::Fiscal, RetentionClass::Contact]);
    let given_person = Given {
        person: Some(&person),
        ..shop()
    };
    given::<Employee>(&[])
        .when(hire_on("2026-01-05"), &given_person)
        .event();
}

#[test]
fn nothing_more_is_sealed_for_somebody_who_was_erased() {
    let life = Life::since("2026-01-05");
    let gone = person(&[RetentionClass::Labour]);
    let given_gone = Given {
        person: Some(&gone),
        ..shop()
    };
    given(&life.0)
        .when(put_down(labour(), ContactFields::default()), &given_gone)
        .rejected("PERSON_ERASED", None);
    given(&life.0)
        .when(pay_on("2026-02-01", 300_000), &given_gone)
        .rejected("PERSON_ERASED", None);
    // What is not personal goes on.
    given(&life.0)
        .when(put_down(LabourFields::default(), contact()), &given_gone)
        .event();
    given(&life.0)
        .when(move_on("2026-02-01", "gerente"), &given_gone)
        .event();
    let left = life.then(end_on("2026-03-01"));
    given(&left.0)
        .when(back_on("2026-04-01"), &given_gone)
        .rejected("PERSON_ERASED", None);
}

#[test]
fn commands_ask_for_the_person_that_was_hired() {
    let ana = Employee::fold(&Life::since("2026-01-05").0);
    let sought = |needs: posars_domain::Needs<'_>| {
        let person = needs.person.unwrap();
        assert_eq!(person.subject, Some(&v("p-ana")));
        person.class
    };
    assert_eq!(
        sought(pay_on("2026-02-01", 1).needs(&ana)),
        RetentionClass::Labour
    );
    assert_eq!(sought(back_on("2026-02-01").needs(&ana)), RetentionClass::Labour);
    assert_eq!(
        sought(put_down(labour(), contact()).needs(&ana)),
        RetentionClass::Labour
    );
    let address = put_down(LabourFields::default(), contact());
    assert_eq!(sought(address.needs(&ana)), RetentionClass::Contact);
}

#[test]
fn nobody_is_known_under_an_id_that_was_never_hired() {
    fn refused(command: impl Command<Of = Employee>) {
        let nobody = EmployeeState::default();
        assert_eq!(command.needs(&nobody).touches, Touches::Nothing);
        given::<Employee>(&[])
            .when(command, &nowhere())
            .rejected("UNKNOWN_EMPLOYEE", Some("employee_id"));
    }
    refused(put_down(labour(), contact()));
    refused(move_on("2026-01-01", "gerente"));
    refused(pay_on("2026-01-01", 1));
    refused(leave(1, "2026-01-01", "2026-01-02"));
    refused(cancel(1));
    refused(end_on("2026-01-01"));
    refused(back_on("2026-01-01"));
    refused(correct("2026-01-01"));
}

#[test]
fn a_command_touches_the_store_where_the_employee_works_last() {
    let mut moved = move_on("2026-06-01", "gerente");
    moved.store_id = Some(v("norte"));
    assert_eq!(moved.stores(), [&v("norte")]);
    let ana = Employee::fold(&Life::since("2026-01-05").then(moved).0);
    let store = |touches: Touches<'_>| match touches {
        Touches::Store(store_id) => store_id.to_string(),
        Touches::Company | Touches::Nothing => unreachable!("{touches:?}"),
    };
    // Also of days when she worked elsewhere: an end in May would undo the move.
    let touched = [
        store(pay_on("2026-05-31", 1).needs(&ana).touches),
        store(pay_on("2026-06-01", 1).needs(&ana).touches),
        store(move_on("2026-05-01", "x").needs(&ana).touches),
        store(leave(1, "2026-05-31", "2026-06-02").needs(&ana).touches),
        store(cancel(1).needs(&ana).touches),
        store(end_on("2026-05-31").needs(&ana).touches),
        store(back_on("2026-09-01").needs(&ana).touches),
        store(correct("2026-01-04").needs(&ana).touches),
        store(put_down(labour(), contact()).needs(&ana).touches),
    ];
    assert!(touched.iter().all(|store| store == "norte"), "{touched:?}");
    assert_eq!(back_on("2026-09-01").stores(), [&v("centro")]);
}

#[test]
fn a_wage_is_above_zero_and_in_the_currency_of_the_store() {
    fn paid(amount: i64, currency: Currency) -> Personal<Wage> {
        Personal::Clear(Wage {
            amount: cents(amount),
            currency,
            per: WagePeriod::Hour,
        })
    }
    let cases = [
        (paid(0, Currency::BRL), "SALARY_NOT_POSITIVE", "salary"),
        (paid(-7_654_321, Currency::BRL), "SALARY_NOT_POSITIVE", "salary"),
        (paid(i64::MAX, Currency::BRL), "AMOUNT_OUT_OF_RANGE", "salary"),
        (paid(7_654_321, v("USD")), "CURRENCY_MISMATCH", "currency"),
    ];
    for (salary, reason, field) in cases {
        let secret = salary.clear().unwrap().amount.minor().to_string();
        let secret = if secret == "0" {
            "secret".to_owned()
        } else {
            secret
        };
        let mut change = pay_on("2026-02-01", 1);
        change.salary = salary.clone();
        refused_unseen(change, &secret, reason, field);
        let hire = HireEmployee {
            salary: salary.clone(),
            ..hire_on("2026-01-05")
        };
        refused_hire(hire, reason, Some(field));
        let rehire = RehireEmployee {
            salary,
            ..back_on("2026-05-05")
        };
        let left = Life::since("2026-01-05").then(end_on("2026-03-01"));
        given(&left.0).when(rehire, &hr()).rejected(reason, Some(field));
    }
}

#[test]
fn what_an_employer_keeps_has_its_rules_and_no_refusal_shows_it() {
    let refused = |change: &dyn Fn(&mut LabourFields), secret: &str, reason: &str, field: &str| {
        let mut labour = LabourFields::default();
        change(&mut labour);
        refused_unseen(put_down(labour, ContactFields::default()), secret, reason, field);
    };
    let name = |name: &str| Some(name.to_owned().into());
    let at = "labour.name";
    refused(&|labour| labour.name = name("  "), "secret", "FIELD_REQUIRED", at);
    let long = "Zuleica".repeat(40);
    refused(
        &|labour| labour.name = name(&long),
        "Zuleica",
        "TEXT_TOO_LONG",
        at,
    );
    // Whoever began on 5 January 2026 was born before that, and nobody before 1900.
    for (day, secret) in [
        ("1899-12-31", "1899"),
        ("2026-01-05", "2026-01"),
        ("2026-11-20", "2026-11"),
    ] {
        let born = |labour: &mut LabourFields| labour.birth_date = Some(Personal::Clear(v(day)));
        refused(&born, secret, "BIRTH_DATE_INVALID", "labour.birth_date");
    }
    for pis in ["12003406789", "00000000000"] {
        refused(&|labour| labour.pis = name(pis), pis, "PIS_INVALID", "labour.pis");
    }
    let born = LabourFields {
        birth_date: Some(Personal::Clear(v("2008-02-29"))),
        ..LabourFields::default()
    };
    given(&Life::since("2026-01-05").0)
        .when(put_down(born.clone(), ContactFields::default()), &hr())
        .event();
    let hire = HireEmployee {
        labour: born,
        ..hire_on("2008-02-29")
    };
    refused_hire(hire, "BIRTH_DATE_INVALID", Some("labour.birth_date"));
}

#[test]
fn what_reaches_a_person_has_its_rules_and_no_refusal_shows_it() {
    let refused = |change: &dyn Fn(&mut ContactFields), secret: &str, reason: &str, field: &str| {
        let mut contact = ContactFields::default();
        change(&mut contact);
        refused_unseen(put_down(LabourFields::default(), contact), secret, reason, field);
    };
    for email in ["ana", "@exemplo", "ana@", "ana quaresma@exemplo.com"] {
        let change = |contact: &mut ContactFields| contact.email = Some(email.to_owned().into());
        refused(&change, email, "EMAIL_INVALID", "contact.email");
    }
    let phone = |contact: &mut ContactFields| contact.phone = Some("9".repeat(41).into());
    refused(&phone, "999", "TEXT_TOO_LONG", "contact.phone");
    let address = |contact: &mut ContactFields| contact.address = Some("Laranjeiras".repeat(50).into());
    refused(&address, "Laranjeiras", "TEXT_TOO_LONG", "contact.address");
}

#[test]
fn a_wage_goes_to_an_account_or_a_pix_key() {
    let account = |fields: [Option<&str>; 4]| {
        let [bank, branch, account, pix_key] = fields.map(|field| field.map(str::to_owned));
        let account = BankAccount {
            bank,
            branch,
            account,
            pix_key,
        };
        let labour = LabourFields {
            bank_account: Some(account.into()),
            ..LabourFields::default()
        };
        put_down(labour, ContactFields::default())
    };
    let refused = |fields, secret: &str, reason: &str, field: &str| {
        refused_unseen(account(fields), secret, reason, field);
    };
    let at_account = "labour.bank_account.account";
    refused([None; 4], "secret", "FIELD_REQUIRED", at_account);
    refused(
        [Some("260"), None, None, None],
        "260",
        "FIELD_REQUIRED",
        at_account,
    );
    refused(
        [None, Some("4321"), None, Some("a@b")],
        "4321",
        "FIELD_REQUIRED",
        at_account,
    );
    let at_bank = "labour.bank_account.bank";
    refused(
        [Some("26O"), None, Some("1"), None],
        "26O",
        "BANK_CODE_INVALID",
        at_bank,
    );
    refused(
        [Some("2601"), None, Some("1"), None],
        "2601",
        "BANK_CODE_INVALID",
        at_bank,
    );
    let life = Life::since("2026-01-05");
    for fields in [
        [None, None, None, Some("ana@exemplo.com.br")],
        [None, None, Some("98765-0"), None],
        [Some("001"), Some("1234"), Some("98765-0"), None],
    ] {
        given(&life.0).when(account(fields), &hr()).event();
    }
}

#[test]
fn a_cpf_of_an_employee_is_checked_and_not_shown() {
    assert_eq!(employee_cpf("529.982.247-25").unwrap(), v(CPF));
    // As telephones copy a number from a contact card.
    assert_eq!(employee_cpf("\u{202d}529.982.247-25\u{202c}").unwrap(), v(CPF));
    let invalid = employee_cpf("529.982.247-26").unwrap_err();
    assert_eq!(invalid.reason(), "INVALID_CPF");
    assert!(!invalid.to_string().contains("982"), "{invalid}");
}

#[test]
fn data_that_is_put_down_says_something() {
    let nothing = put_down(LabourFields::default(), ContactFields::default());
    let life = Life::since("2026-01-05");
    given(&life.0)
        .when(nothing, &hr())
        .rejected("FIELD_REQUIRED", Some("labour"));
}

#[test]
fn terms_are_words_without_tax_numbers() {
    let hire = |terms: EmploymentTerms| HireEmployee {
        terms,
        ..hire_on("2026-01-05")
    };
    let at = Some("terms.position");
    refused_hire(hire(terms(" ", "centro", None)), "FIELD_REQUIRED", at);
    refused_hire(hire(terms(&"x".repeat(81), "centro", None)), "TEXT_TOO_LONG", at);
    refused_hire(
        hire(terms("Ana 529.982.247-25", "centro", None)),
        "TAX_ID_MISPLACED",
        at,
    );
    let life = Life::since("2026-01-05");
    let mut moved = move_on("2026-02-01", "");
    given(&life.0)
        .when(moved.clone(), &hr())
        .rejected("FIELD_REQUIRED", Some("position"));
    moved = move_on("2026-02-01", "gerente");
    moved.reason = Some(format!("cpf {CPF}"));
    given(&life.0)
        .when(moved.clone(), &hr())
        .rejected("TAX_ID_MISPLACED", Some("reason"));
    moved.reason = Some("x".repeat(501));
    given(&life.0)
        .when(moved, &hr())
        .rejected("TEXT_TOO_LONG", Some("reason"));
    let mut ended = end_on("2026-02-01");
    ended.reason = "\u{200b} ".to_owned();
    given(&life.0)
        .when(ended.clone(), &hr())
        .rejected("FIELD_REQUIRED", Some("reason"));
    ended.reason = format!("cpf {CPF}");
    given(&life.0)
        .when(ended, &hr())
        .rejected("TAX_ID_MISPLACED", Some("reason"));
}

#[test]
fn a_cost_centre_is_one_of_the_chart() {
    let center = CostCenter {
        cost_center_id: v("frota"),
        name: "Frota".to_owned(),
    };
    let chart = Chart::fold(&[CostCenterDefined { cost_center: center }.into()]);
    // Whether the books have begun is no matter.
    let books = GivenBooks {
        chart: &chart,
        months: &BooksState::default(),
    };
    let with_books = Given {
        books: Some(books),
        ..hr()
    };
    let hire = |center: &str| HireEmployee {
        terms: terms("vendedor", "centro", Some(center)),
        ..hire_on("2026-01-05")
    };
    given::<Employee>(&[]).when(hire("frota"), &with_books).event();
    given::<Employee>(&[])
        .when(hire("nenhum"), &with_books)
        .rejected("COST_CENTER_UNKNOWN", Some("terms.cost_center"));
    let life = Life::since("2026-01-05");
    let mut moved = move_on("2026-02-01", "gerente");
    moved.cost_center = Edit::Set(v("nenhum"));
    assert!(moved.needs(&Employee::fold(&life.0)).books);
    given(&life.0)
        .when(moved.clone(), &with_books)
        .rejected("COST_CENTER_UNKNOWN", Some("cost_center"));
    moved.cost_center = Edit::Set(v("frota"));
    let moved = given(&life.0).when(moved, &with_books).event();
    let state = Employee::fold(&[life.0, vec![moved]].concat());
    assert_eq!(
        state.terms_on(v("2026-02-01")).unwrap().cost_center,
        Some(v("frota"))
    );
}

#[test]
fn what_a_change_leaves_out_stays_as_it_is_on_that_day() {
    let mut to_north = move_on("2026-06-01", "gerente");
    to_north.store_id = Some(v("norte"));
    to_north.contract = Some(v("intern"));
    let life = Life::since("2026-01-05")
        .then(to_north)
        .then(move_on("2026-03-01", "caixa"))
        .then(move_on("2026-09-01", "diretora"));
    let state = Employee::fold(&life.0);
    let on = |day: &str| {
        let terms = state.terms_on(v(day)).unwrap();
        (
            terms.position.as_str(),
            terms.store_id.as_str(),
            terms.contract.as_str(),
        )
    };
    assert_eq!(on("2026-01-05"), ("vendedor", "centro", "permanent"));
    assert_eq!(on("2026-03-01"), ("caixa", "centro", "permanent"));
    assert_eq!(on("2026-06-01"), ("gerente", "norte", "intern"));
    assert_eq!(on("2026-09-01"), ("diretora", "norte", "intern"));
    let mut nothing = move_on("2026-09-02", "x");
    nothing.position = None;
    given(&life.0)
        .when(nothing, &hr())
        .rejected("FIELD_REQUIRED", Some("position"));
}

#[test]
fn debug_and_json_of_a_command_show_nothing_personal() {
    let mut hire = hire_on("2026-01-05");
    (hire.labour, hire.contact) = (labour(), contact());
    let shown = format!("{hire:?} {}", serde_json::to_string(&hire).unwrap());
    for secret in [
        CPF,
        NAME,
        "1990",
        "12003406788",
        "98765",
        "Laranjeiras",
        "99999",
        "exemplo",
        "200000",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let rehire = RehireEmployee {
        terms: seller(),
        salary: wage(7_654_321),
        ..back_on("2026-01-05")
    };
    let shown = format!("{rehire:?} {}", serde_json::to_string(&rehire).unwrap());
    assert!(!shown.contains("7654321"), "{shown}");
}
