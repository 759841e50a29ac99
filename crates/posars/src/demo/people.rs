//! The people of the demo shop: who works there, a leave, a raise, and what the wages of the closed month came to.

use jiff::ToSpan as _;
use jiff::civil::Date;
use posars_domain::employee::{
    AbsenceKind, ChangeSalary, ContactFields, ContractKind, EmploymentTerms, HireEmployee, LabourFields,
    RegisterLeave, Wage, WagePeriod,
};
use posars_domain::payroll::{RecordPayroll, RecordPayrollLine, WageAmounts};
use posars_domain::{Amount, Cpf, Currency, LeaveId, Month, PayrollId, Personal};

use super::{broken, envelope, id, parsed};
use crate::failure::Failure;
use crate::house::House;

/// What the employer pays on top of a wage, in thousandths: INSS, FGTS and the like.
const CHARGES_PER_MILLE: i64 = 280;
/// What is kept of a wage for others, in thousandths.
const KEPT_PER_MILLE: i64 = 90;

/// Somebody who works there.
struct Worker {
    employee_id: &'static str,
    name: &'static str,
    /// The first nine digits of the CPF.
    cpf_root: &'static str,
    position: &'static str,
    store: &'static str,
    /// What a month is paid with, in centavos.
    wage: i64,
    /// Months of work before the first day of trade.
    months: i64,
}

const WORKERS: [Worker; 6] = [
    Worker {
        employee_id: "0001",
        name: "Beatriz Nogueira",
        cpf_root: "111444777",
        position: "Gerente",
        store: "centro",
        wage: 480_000,
        months: 40,
    },
    Worker {
        employee_id: "0002",
        name: "Caio Ferraz",
        cpf_root: "123456789",
        position: "Operador de caixa",
        store: "centro",
        wage: 198_000,
        months: 22,
    },
    Worker {
        employee_id: "0003",
        name: "Dalva Queiroz",
        cpf_root: "222333444",
        position: "Operador de caixa",
        store: "centro",
        wage: 198_000,
        months: 9,
    },
    Worker {
        employee_id: "0004",
        name: "Elias Prado",
        cpf_root: "333222111",
        position: "Estoquista",
        store: "centro",
        wage: 212_000,
        months: 15,
    },
    Worker {
        employee_id: "0005",
        name: "Flávia Rezende",
        cpf_root: "444555666",
        position: "Gerente",
        store: SECOND,
        wage: 410_000,
        months: 18,
    },
    Worker {
        employee_id: "0006",
        name: "Gil Amaral",
        cpf_root: "555666777",
        position: "Operador de caixa",
        store: SECOND,
        wage: 198_000,
        months: 5,
    },
];
/// The second store.
const SECOND: &str = "vila_mariana";
/// Who has been raised, and to how many centavos a month, on the first day of trade.
const RAISED: (usize, i64) = (3, 226_000);
/// Who is on holiday for two weeks.
const AWAY: usize = 1;

/// Takes everybody on, long before the first day of trade.
///
/// # Errors
/// Those of the commands.
pub(super) async fn hire(house: &House, first: Date) -> Result<(), Failure> {
    for worker in &WORKERS {
        let command = HireEmployee {
            employee_id: parsed(worker.employee_id)?,
            subject_id: None,
            admission_date: first - worker.months.months(),
            terms: EmploymentTerms {
                position: worker.position.to_owned(),
                store_id: parsed(worker.store)?,
                cost_center: None,
                contract: ContractKind::PERMANENT,
            },
            salary: wage(worker.wage),
            labour: LabourFields {
                name: Some(worker.name.to_owned().into()),
                cpf: Some(cpf(worker.cpf_root)?.into()),
                ..LabourFields::default()
            },
            contact: ContactFields::default(),
        };
        house.commands.carry_out(&command, &envelope()).await?;
    }
    let (raised, centavos) = RAISED;
    let worker = WORKERS.get(raised).ok_or_else(|| broken("nobody to raise"))?;
    let command = ChangeSalary {
        employee_id: parsed(worker.employee_id)?,
        effective_date: first,
        salary: wage(centavos),
        reason: Some("Mérito".to_owned()),
    };
    let mut envelope = envelope();
    envelope.request_id = Some(id("raise"));
    house.commands.carry_out(&command, &envelope).await?;
    let worker = WORKERS.get(AWAY).ok_or_else(|| broken("nobody to send away"))?;
    let away = RegisterLeave {
        employee_id: parsed(worker.employee_id)?,
        leave_id: LeaveId::new(id("leave")),
        kind: AbsenceKind::VACATION,
        from: first + 7.days(),
        to: first + 20.days(),
    };
    house.commands.carry_out(&away, &super::envelope()).await?;
    Ok(())
}

/// Records what the wages of a month came to.
///
/// # Errors
/// Those of the command.
pub(super) async fn pay(house: &House, month: Month) -> Result<(), Failure> {
    let lines = WORKERS.iter().enumerate().map(|(index, worker)| {
        let gross = if index == RAISED.0 { RAISED.1 } else { worker.wage };
        let amounts = WageAmounts {
            gross: Amount::from_minor(gross),
            charges: Amount::from_minor(gross * CHARGES_PER_MILLE / 1_000),
            net: Amount::from_minor(gross - gross * KEPT_PER_MILLE / 1_000),
        };
        Ok(RecordPayrollLine {
            employee_id: parsed(worker.employee_id)?,
            amounts: amounts.into(),
            store_id: None,
            cost_center: None,
            position: None,
        })
    });
    let command = RecordPayroll {
        payroll_id: PayrollId::new(id(&format!("payroll/{month}"))),
        month,
        currency: Currency::BRL,
        memo: None,
        wages_due: None,
        charges_due: None,
        lines: lines.collect::<Result<_, Failure>>()?,
    };
    house.commands.carry_out(&command, &envelope()).await?;
    Ok(())
}

fn wage(centavos: i64) -> Personal<Wage> {
    Personal::Clear(Wage {
        amount: Amount::from_minor(centavos),
        currency: Currency::BRL,
        per: WagePeriod::Month,
    })
}

fn cpf(root: &str) -> Result<Cpf, Failure> {
    let [first, second] = Cpf::check_digits(root).ok_or_else(|| broken("no digits"))?;
    parsed(&format!("{root}{first}{second}"))
}
