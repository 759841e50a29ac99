//! What a rule looks at beside the stream it decides on, and the refusals that come from there.

use jiff::{SignedDuration, Timestamp};

use crate::books::{BooksCircumstance, GivenBooks};
use crate::employee::GivenEmployees;
use crate::person::GivenPerson;
use crate::product::ProductSettings;
use crate::store::StoreSettings;
use crate::{Currency, Path, Rejection, RetentionClass, StoreId, Told, reasons};

/// How far ahead of the server a client's clock may run, in seconds.
pub const CLOCK_AHEAD_MAX_S: i64 = 300;

/// The facts outside the stream, as the command's [`Needs`](crate::Needs) asked for them.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The store; `None` when it is not defined, or was not asked for.
    pub store: Option<&'a StoreSettings>,
    /// The product; `None` when it is not in the catalogue, or was not asked for.
    pub product: Option<&'a ProductSettings>,
    /// What the company has chosen; the default when it was not asked for.
    pub policy: Policy,
    /// The chart of accounts and the months; `None` when they were not asked for.
    pub books: Option<GivenBooks<'a>>,
    /// The person whose data the events will hold; `None` when nobody was asked for.
    pub person: Option<&'a GivenPerson>,
    /// The employees that the command names; `None` when it names none.
    pub employees: Option<&'a GivenEmployees>,
    /// The server's time.
    pub recorded_at: Timestamp,
}

/// What the company has chosen where the rules leave a choice.
///
/// It is a rule for what comes in, not a promise about what is in the log: a change by another process may be followed
/// about a second later, and no append is made to depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// For how many hours after the sale it may be voided, 1 to 8,760; `None` is for ever.
    pub void_window_hours: Option<u32>,
    /// Refuse sales and receipts of goods whose SKU is not in the catalogue. They are facts, so the default is to
    /// take them: a sale waits for its product before it moves stock.
    pub strict_catalog: bool,
}

impl<'a> Given<'a> {
    /// Nothing but the time.
    #[must_use]
    pub const fn at(recorded_at: Timestamp) -> Self {
        Self {
            store: None,
            product: None,
            policy: Policy {
                void_window_hours: None,
                strict_catalog: false,
            },
            books: None,
            person: None,
            employees: None,
            recorded_at,
        }
    }

    /// A store, which must be defined.
    pub(crate) fn store(&self, store_id: &StoreId) -> Result<&'a StoreSettings, Circumstance> {
        let store = self.store.filter(|store| store.store_id == *store_id);
        store.ok_or_else(|| Circumstance::UnknownStore {
            store_id: store_id.clone(),
        })
    }

    /// A store, which must be defined and trade in this currency.
    pub(crate) fn store_trading_in(
        &self,
        store_id: &StoreId,
        given: Currency,
    ) -> Result<&'a StoreSettings, Circumstance> {
        let store = self.store(store_id)?;
        in_currency(given, store.currency)?;
        Ok(store)
    }

    /// A client's clock may run a little ahead; a time further ahead would fall on a day that is not here yet.
    pub(crate) fn not_in_future(&self, occurred_at: Timestamp) -> Result<(), Circumstance> {
        let recorded_at = self.recorded_at;
        if occurred_at.duration_since(recorded_at) > SignedDuration::from_secs(CLOCK_AHEAD_MAX_S) {
            return Err(Circumstance::OccurredInFuture {
                occurred_at,
                recorded_at,
            });
        }
        Ok(())
    }
}

/// Refuses amounts in another currency than the one expected.
pub(crate) fn in_currency(given: Currency, expected: Currency) -> Result<(), Circumstance> {
    if given == expected {
        Ok(())
    } else {
        Err(Circumstance::CurrencyMismatch { given, expected })
    }
}

/// Why a command was refused for what is outside its stream: the same for every aggregate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Circumstance {
    /// No such store is defined.
    #[error("store {store_id} is not defined; define it first, or correct the id")]
    UnknownStore {
        /// The store.
        store_id: StoreId,
    },
    /// The client's clock is too far ahead.
    #[error("the time {occurred_at} is more than 5 minutes after {recorded_at}; set the client's clock")]
    OccurredInFuture {
        /// The time in the command.
        occurred_at: Timestamp,
        /// The server's time.
        recorded_at: Timestamp,
    },
    /// The amounts are not in the currency of the store or the sale.
    #[error("the amounts are in {given}, where {expected} is used; convert them before sending")]
    CurrencyMismatch {
        /// The currency in the command.
        given: Currency,
        /// The currency of the store or the sale.
        expected: Currency,
    },
    /// What was kept of the person for this reason was erased.
    #[error(
        "what was kept of this person under {class} has been erased, and nothing more can be kept under it; name \
         another person"
    )]
    PersonErased {
        /// The class that was erased.
        class: RetentionClass,
    },
    /// The CPF is another employee's.
    #[error("another employee of the company has this CPF; correct it, or look the employee up by it")]
    CpfInUse,
    /// The books stand in the way. Boxed: it is larger than the others, and every result would grow with it.
    #[error(transparent)]
    Books(Box<BooksCircumstance>),
}

impl From<BooksCircumstance> for Circumstance {
    fn from(circumstance: BooksCircumstance) -> Self {
        Self::Books(Box::new(circumstance))
    }
}

impl Rejection for Circumstance {
    fn told(&self) -> Told {
        match self {
            Self::UnknownStore { store_id } => Told::not_found("UNKNOWN_STORE")
                .at("store_id")
                .with("store_id", store_id),
            Self::OccurredInFuture {
                occurred_at,
                recorded_at,
            } => Told::invalid("OCCURRED_IN_FUTURE")
                .at("occurred_at")
                .with_moment("occurred_at", *occurred_at)
                .with_moment("recorded_at", *recorded_at),
            Self::CurrencyMismatch { given, expected } => Told::invalid(reasons::CURRENCY_MISMATCH)
                .at("currency")
                .with("given", given)
                .with("expected", expected),
            Self::PersonErased { class } => Told::state("PERSON_ERASED").with("class", class),
            Self::CpfInUse => Told::duplicate("CPF_IN_USE").at(Path::field("labour").then("cpf")),
            Self::Books(circumstance) => circumstance.told(),
        }
    }
}
