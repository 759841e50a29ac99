//! The rules of a retailer's back office: pure decisions and folds, no I/O, no clock, no randomness.
//!
//! One public module per aggregate, each with its events, its state and its decisions; the value types they
//! share are at the root. Start at [`Command`].

mod aggregate;
mod apportion;
mod business_date;
mod check_digits;
mod circumstance;
mod dates;
mod decision;
mod event;
mod fiscal;
mod gtin;
mod ids;
mod invalid;
mod invisible;
mod masking;
mod misplaced;
mod money;
mod name;
mod natural_id;
mod path;
mod payment;
mod plain;
mod quantity;
mod rejection;
mod rounding;
mod tax_id;
mod text;
mod zone;

pub mod company;
pub mod product;
pub mod reasons;
pub mod register;
pub mod sale;
pub mod stock;
pub mod stock_policy;
pub mod store;
pub mod waiting;

pub use aggregate::{Aggregate, Command, CompoundCommand, Decided, EventOf, Needs, OwnKey, StateOf, Touches};
pub use apportion::{ApportionError, apportion};
pub use business_date::{business_date, local_hour};
pub use circumstance::{CLOCK_AHEAD_MAX_S, Circumstance, Given, Policy};
pub use dates::{FIRST_DAY, LAST_DAY};
pub use decision::{Claim, Decision};
pub use event::{DomainEvent, Kind, Payload, UnreadableEvent};
pub use fiscal::{AccessKey, FiscalRef, Ncm, TaxAmount};
pub use gtin::Gtin;
pub use ids::{
    AdjustmentId, CompanyId, LineId, ReceiptId, ReceiptNumber, RegisterNo, ReturnId, SaleId, Sku, StoreId,
    SubjectId,
};
pub use invalid::InvalidValue;
pub use invisible::{is_invisible, turns_direction};
pub use masking::mask_cpf;
pub use misplaced::is_tax_id;
pub use money::{Amount, Currency, Money};
pub use natural_id::{name_based_id, natural_id};
pub use path::{Path, Step};
pub use payment::{Channel, MethodAmount, Payment, PaymentCode, PaymentMethod};
pub use quantity::{Quantity, UnitPrice};
pub use rejection::{Rejection, RejectionKind, Told, Value};
pub use tax_id::{Cnpj, Cpf, TaxId};
pub use zone::StoreZone;
