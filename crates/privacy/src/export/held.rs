//! Events as they are read for an export, whatever they are of.

use posars_domain::employee::{Employee, EmployeeEvent};
use posars_domain::open_item::{OpenItem, Payable, PayableEvent, Receivable, ReceivableEvent};
use posars_domain::payroll::PayrollEvent;
use posars_domain::person::{Person, PersonEvent};
use posars_domain::sale::{Sale, SaleEvent};
use posars_domain::{Aggregate as _, DomainEvent, PersonalField, UnreadableEvent};
use posars_event_store::RecordedEvent;
use serde_json::Value;

/// The category of payrolls, which hold something of many people.
pub(super) const PAYROLL: &str = "payroll";

/// An event that may hold something of a person.
pub(super) enum Held {
    Sale(Box<SaleEvent>),
    Employee(Box<EmployeeEvent>),
    Payroll(Box<PayrollEvent>),
    Person(Box<PersonEvent>),
    Receivable(Box<ReceivableEvent>),
    Payable(Box<PayableEvent>),
}

impl Held {
    /// Reads a stored event; `None` of a category that holds nothing of people.
    pub(super) fn read(event: &RecordedEvent) -> Result<Option<Self>, UnreadableEvent> {
        let category = event.stream.category();
        Ok(Some(if category == Sale::CATEGORY {
            Self::Sale(decoded(event)?)
        } else if category == Employee::CATEGORY {
            Self::Employee(decoded(event)?)
        } else if category == PAYROLL {
            Self::Payroll(decoded(event)?)
        } else if category == Person::CATEGORY {
            Self::Person(decoded(event)?)
        } else if category == OpenItem::<Receivable>::CATEGORY {
            Self::Receivable(decoded(event)?)
        } else if category == OpenItem::<Payable>::CATEGORY {
            Self::Payable(decoded(event)?)
        } else {
            return Ok(None);
        }))
    }

    pub(super) fn personal(&mut self) -> Vec<PersonalField<'_>> {
        match self {
            Self::Sale(event) => event.personal(),
            Self::Employee(event) => event.personal(),
            Self::Payroll(event) => event.personal(),
            Self::Person(event) => event.personal(),
            Self::Receivable(event) => event.personal(),
            Self::Payable(event) => event.personal(),
        }
    }

    /// Its payload, in the newest shape; what is sealed is still so.
    pub(super) fn content(&self) -> serde_json::Result<Value> {
        match self {
            Self::Sale(event) => serde_json::to_value(event),
            Self::Employee(event) => serde_json::to_value(event),
            Self::Payroll(event) => serde_json::to_value(event),
            Self::Person(event) => serde_json::to_value(event),
            Self::Receivable(event) => serde_json::to_value(event),
            Self::Payable(event) => serde_json::to_value(event),
        }
    }
}

fn decoded<E: DomainEvent>(event: &RecordedEvent) -> Result<Box<E>, UnreadableEvent> {
    E::from_json(event.event_type.as_str(), event.schema_version, &event.data).map(Box::new)
}
