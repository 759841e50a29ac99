//! The rules of a retailer's back office: pure decisions and folds, no I/O, no clock, no randomness.
//!
//! One public module per aggregate, each with its events, its state and its decisions; the value types they
//! share are at the root. Start at [`Command`].

mod account;
mod aggregate;
mod apportion;
mod business_date;
mod check_digits;
mod circumstance;
mod closed_word;
mod dates;
mod decision;
mod event;
mod fiscal;
mod founded;
mod gtin;
mod ids;
mod invalid;
mod invisible;
mod masking;
mod misplaced;
mod money;
mod month;
mod name;
mod natural_id;
mod open_word;
mod path;
mod payment;
mod personal;
mod plain;
mod quantity;
mod rejection;
mod rounding;
mod tax_id;
mod text;
mod zone;

pub mod books;
pub mod chart;
pub mod company;
pub mod employee;
pub mod journal;
pub mod open_item;
pub mod payroll;
pub mod person;
pub mod posting;
pub mod posting_rules;
pub mod product;
pub mod reasons;
pub mod register;
pub mod sale;
pub mod statement_line;
pub mod stock;
pub mod stock_policy;
pub mod store;
pub mod terms;
pub mod unposted;
pub mod waiting;

pub use account::{AccountRole, AccountType, Side};
pub use aggregate::{Aggregate, Command, CompoundCommand, Decided, EventOf, Needs, OwnKey, StateOf, Touches};
pub use apportion::{ApportionError, apportion};
pub use business_date::{business_date, local_hour};
pub use circumstance::{CLOCK_AHEAD_MAX_S, Circumstance, Given, Policy};
pub use dates::{FIRST_DAY, LAST_DAY};
pub use decision::{Claim, Decision};
pub use event::{DomainEvent, HoldsPersonal, Kind, Payload, UnreadableEvent};
pub use fiscal::{AccessKey, FiscalRef, Ncm, TaxAmount};
pub use founded::Founded;
pub use gtin::Gtin;
pub use ids::{
    AccountCode, AdjustmentId, CompanyId, CostCenterId, EmployeeId, EntryId, LeaveId, LineId, OpenItemId,
    PartyId, PayrollId, ReceiptId, ReceiptNumber, RegisterNo, ReturnId, SaleId, SettlementId, Sku,
    StatementLineId, StoreId, SubjectId,
};
pub use invalid::InvalidValue;
pub use invisible::{is_invisible, turns_direction};
pub use masking::mask_cpf;
pub use misplaced::is_tax_id;
pub use money::{Amount, Currency, Money};
pub use month::Month;
pub use natural_id::{name_based_id, natural_id};
pub use path::{Path, Step};
pub use payment::{Channel, MethodAmount, Payment, PaymentCode, PaymentMethod};
pub use personal::{KeyId, Personal, PersonalField, RetentionClass, RetentionPolicy, Sealable, Sealed};
pub use quantity::{Quantity, UnitPrice};
pub use rejection::{Rejection, RejectionKind, Told, Value};
pub use tax_id::{Cnpj, Cpf, TaxId};
pub use zone::StoreZone;
