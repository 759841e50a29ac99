//! What can have happened to an employee; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::closed_word::closed_word;
use crate::event::events;
use crate::open_word::open_word;
use crate::text::serde_as_str;
use crate::{
    Amount, CostCenterId, Cpf, Currency, EmployeeId, HoldsPersonal, LeaveId, Path, Personal, PersonalField,
    RetentionClass, Sealable, StoreId, SubjectId, reasons,
};

events! {
    /// What can have happened to an employee.
    #[expect(
        clippy::large_enum_variant,
        reason = "one at a time is folded or written; a box would cost each reader of personal data a hop"
    )]
    pub enum EmployeeEvent of EmployeeKind {
        /// The employee was taken on.
        EmployeeHired(EmployeeHired) = 1 holding personal,
        /// What is known of the person was put down, or put right.
        PersonalDataSet(PersonalDataSet) = 1 holding personal,
        /// The employee works as something else or elsewhere.
        PositionChanged(PositionChanged) = 1,
        /// The employee earns another wage.
        SalaryChanged(SalaryChanged) = 1 holding personal,
        /// The employee is away for a while.
        LeaveRegistered(LeaveRegistered) = 1,
        /// The employee is not away after all.
        LeaveCancelled(LeaveCancelled) = 1,
        /// The employment ended.
        EmployeeTerminated(EmployeeTerminated) = 1,
        /// Somebody who had left was taken on again.
        EmployeeRehired(EmployeeRehired) = 1 holding personal,
        /// The last employment began on another day.
        AdmissionCorrected(AdmissionCorrected) = 1,
    }
}

open_word!(
    /// What kind of contract an employee has; new kinds keep coming.
    ContractKind, "CONTRACT_KIND_INVALID", "a kind of contract is 1 to 40 of a-z, 0-9 and _", {
        /// Of unlimited time, under the labour code (CLT).
        PERMANENT = "permanent",
        /// For a limited time.
        FIXED_TERM = "fixed_term",
        /// A probation of at most 90 days.
        PROBATION = "probation",
        /// Called when there is work.
        INTERMITTENT = "intermittent",
        /// An apprentice.
        APPRENTICE = "apprentice",
        /// An intern.
        INTERN = "intern",
        /// Lent by an agency.
        TEMPORARY = "temporary",
        /// A director without a contract of employment.
        OFFICER = "officer",
    }
);

open_word!(
    /// Why an employee is away; new kinds keep coming.
    AbsenceKind, "ABSENCE_KIND_INVALID", "a kind of leave is 1 to 40 of a-z, 0-9 and _", {
        /// Yearly holidays.
        VACATION = "vacation",
        /// By a doctor's note.
        MEDICAL = "medical",
        /// After a birth, of the mother.
        MATERNITY = "maternity",
        /// After a birth, of the father.
        PATERNITY = "paternity",
        /// Paid for another reason, such as a wedding.
        PAID = "paid",
        /// Not paid.
        UNPAID = "unpaid",
        /// A disciplinary suspension.
        SUSPENSION = "suspension",
    }
);

serde_as_str!(ContractKind, AbsenceKind);

closed_word!(
    /// What a wage is paid for.
    WagePeriod, reasons::WAGE_PERIOD_INVALID, "a wage is for a month or an hour", {
        /// A month of work.
        Month = "month",
        /// An hour of work.
        Hour = "hour",
    }
);

/// What an employee earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wage {
    /// How much; above zero.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// For what.
    pub per: WagePeriod,
}

/// As what, where and how an employee works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmploymentTerms {
    /// What the employee works as, at most 80 characters.
    pub position: String,
    /// Where.
    pub store_id: StoreId,
    /// On whose account; `None` is the store's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<CostCenterId>,
    /// Under which contract.
    pub contract: ContractKind,
}

/// The employee was taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployeeHired {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person, by whose keys the data is sealed.
    pub subject_id: SubjectId,
    /// The first day of work.
    pub admission_date: Date,
    /// As what, where and how.
    pub terms: EmploymentTerms,
    /// The wage from the first day on.
    pub salary: Personal<Wage>,
}

/// What is known of the person was put down, or put right: each field that is here stands for the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalDataSet {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person.
    pub subject_id: SubjectId,
    /// The business day on which it was put down.
    pub set_on: Date,
    /// What an employer has to keep.
    #[serde(default)]
    pub labour: LabourFields,
    /// How to reach the person.
    #[serde(default)]
    pub contact: ContactFields,
}

/// What an employer has to keep of an employee.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LabourFields {
    /// The full name, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
    /// The tax number; no other employee of the company has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpf: Option<Personal<Cpf>>,
    /// The day of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Personal<Date>>,
    /// The number of the social programmes (PIS/PASEP/NIS), 11 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pis: Option<Personal<String>>,
    /// Where the wage is paid to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_account: Option<Personal<BankAccount>>,
}

/// How to reach a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContactFields {
    /// The address, in as many lines as it is written, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Personal<String>>,
    /// A telephone number, at most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<String>>,
    /// An e-mail address, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<String>>,
}

/// A bank account, or a PIX key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// The bank's code, 3 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// The branch, at most 20 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The account with its check digit, at most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The PIX key, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pix_key: Option<String>,
}

impl std::fmt::Debug for BankAccount {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("BankAccount(***)")
    }
}

/// The employee works as something else, elsewhere or on another account, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionChanged {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The first day.
    pub effective_date: Date,
    /// As what, where and how, all of it.
    pub terms: EmploymentTerms,
    /// Why, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The employee earns another wage, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalaryChanged {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person.
    pub subject_id: SubjectId,
    /// The first day. Of two changes for one day the later one holds.
    pub effective_date: Date,
    /// The wage.
    pub salary: Personal<Wage>,
    /// Why, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The employee is away for a while. Told again of the same leave, as when the employment ends before the leave does, it
/// stands for the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveRegistered {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The leave.
    pub leave_id: LeaveId,
    /// Why.
    pub kind: AbsenceKind,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// The employee is not away after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveCancelled {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The leave.
    pub leave_id: LeaveId,
    /// Why, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The last employment ended; told again, it ended on this day and not on the one before. What was to change after the last day never does, and no leave lasts beyond it: the events before
/// this one in the same append say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployeeTerminated {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The last day of work.
    pub date: Date,
    /// Why, at most 500 characters.
    pub reason: String,
}

/// Somebody who had left was taken on again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmployeeRehired {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person.
    pub subject_id: SubjectId,
    /// The first day of work.
    pub admission_date: Date,
    /// As what, where and how.
    pub terms: EmploymentTerms,
    /// The wage from that day on.
    pub salary: Personal<Wage>,
}

/// The last employment began on another day than was told. All that was said of the day from which on it was thought to
/// last, its terms and its wage, is of this day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdmissionCorrected {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The day that was told.
    pub from: Date,
    /// The first day of work.
    pub to: Date,
    /// Why, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A field that is there and holds personal data.
fn field<'a>(
    path: Path,
    subject: &'a SubjectId,
    class: RetentionClass,
    used_on: Date,
    data: &'a mut dyn Sealable,
) -> PersonalField<'a> {
    PersonalField {
        path,
        subject,
        class,
        used_on,
        finds: false,
        data,
    }
}

impl HoldsPersonal for EmployeeHired {
    fn personal(&mut self) -> Vec<PersonalField<'_>> {
        let path = Path::field("salary");
        vec![field(
            path,
            &self.subject_id,
            RetentionClass::Labour,
            self.admission_date,
            &mut self.salary,
        )]
    }
}

impl HoldsPersonal for EmployeeRehired {
    fn personal(&mut self) -> Vec<PersonalField<'_>> {
        let path = Path::field("salary");
        vec![field(
            path,
            &self.subject_id,
            RetentionClass::Labour,
            self.admission_date,
            &mut self.salary,
        )]
    }
}

impl HoldsPersonal for SalaryChanged {
    fn personal(&mut self) -> Vec<PersonalField<'_>> {
        let path = Path::field("salary");
        vec![field(
            path,
            &self.subject_id,
            RetentionClass::Labour,
            self.effective_date,
            &mut self.salary,
        )]
    }
}

/// A field that may be there.
fn sealable<T>(data: &mut Option<Personal<T>>) -> Option<&mut dyn Sealable>
where
    Personal<T>: Sealable,
{
    data.as_mut().map(|data| -> &mut dyn Sealable { data })
}

impl HoldsPersonal for PersonalDataSet {
    fn personal(&mut self) -> Vec<PersonalField<'_>> {
        let (subject, set_on) = (&self.subject_id, self.set_on);
        let LabourFields {
            name,
            cpf,
            birth_date,
            pis,
            bank_account,
        } = &mut self.labour;
        let labour = [
            ("name", sealable(name)),
            ("cpf", sealable(cpf)),
            ("birth_date", sealable(birth_date)),
            ("pis", sealable(pis)),
            ("bank_account", sealable(bank_account)),
        ];
        let labour = labour.into_iter().filter_map(|(name, data)| {
            let path = Path::field("labour").then(name);
            let field = field(path, subject, RetentionClass::Labour, set_on, data?);
            let finds = name == "cpf";
            Some(PersonalField { finds, ..field })
        });
        let ContactFields {
            address,
            phone,
            email,
        } = &mut self.contact;
        let contact = [
            ("address", sealable(address)),
            ("phone", sealable(phone)),
            ("email", sealable(email)),
        ];
        let contact = contact.into_iter().filter_map(|(name, data)| {
            let path = Path::field("contact").then(name);
            Some(field(path, subject, RetentionClass::Contact, set_on, data?))
        });
        labour.chain(contact).collect()
    }
}
