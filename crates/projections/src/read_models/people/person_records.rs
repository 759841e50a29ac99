//! Person records: which events hold something of a person, sealed under which class. What they hold stays in the log.
//!
//! Fields that are sealed are found by the one list that sealing goes by, so no event with such a field can be missed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use posars_domain::employee::EmployeeEvent;
use posars_domain::payroll::PayrollEvent;
use posars_domain::person::PersonEvent;
use posars_domain::sale::{SaleEvent, SaleKind};
use posars_domain::{DomainEvent, RetentionClass, SubjectId};
use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

use crate::fold::Once;
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, EventKind, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct PersonRecordsFold;

/// Stands for a class where nothing is sealed.
pub(crate) const NO_CLASS: &str = "";

/// The field of a sale that names the buyer.
const CUSTOMER: &str = "\"customer\"";

table_row! {
    /// An event that holds something of a person under a class.
    pub struct Record of person_records {
        subject_id: String = TEXT key,
        position: i64 = INT8 key,
        class: &'static str = TEXT key,
        event_id: Uuid = UUID,
        used_on: Option<Date> = DATE,
        fields: i32 = INT4,
        stream: String = TEXT,
        event_type: &'static str = TEXT,
    }
}

/// What a sale tells at a glance: most have nobody's data.
#[derive(Deserialize)]
struct Glance<'a> {
    #[serde(default, borrow)]
    customer: Option<Cow<'a, str>>,
    #[serde(default)]
    buyer: Option<IgnoredAny>,
    business_date: Date,
}

fn record(
    event: &Event<'_>,
    subject: &SubjectId,
    class: &'static str,
    (used_on, fields): (Option<Date>, i32),
) -> Record {
    Record {
        subject_id: subject.to_string(),
        position: sql_position(event.position),
        class,
        event_id: event.event_id,
        used_on,
        fields,
        stream: event.stream.to_owned(),
        event_type: event.kind.as_str(),
    }
}

/// The sealed fields of an event: how many by person and class, and the latest day of them.
fn sealed_in(event: &Event<'_>, mut decoded: impl DomainEvent) -> Vec<Record> {
    let mut found: BTreeMap<(SubjectId, RetentionClass), (Option<Date>, i32)> = BTreeMap::new();
    for field in decoded.personal() {
        let (used_on, fields) = found.entry((field.subject.clone(), field.class)).or_default();
        *used_on = (*used_on).max(Some(field.used_on));
        *fields = fields.saturating_add(1);
    }
    let records = found
        .iter()
        .map(|((subject, class), what)| record(event, subject, class.as_str(), *what));
    records.collect()
}

fn of_sale(event: &Event<'_>, kind: SaleKind) -> Result<Vec<Record>, ApplyError> {
    match kind {
        SaleKind::SaleRecorded => {}
        SaleKind::SaleVoided | SaleKind::SaleReturned => return Ok(Vec::new()),
    }
    if !event.may_have(CUSTOMER) {
        return Ok(Vec::new());
    }
    let glance: Glance<'_> = event.payload()?;
    let Some(customer) = glance.customer else {
        return Ok(Vec::new());
    };
    if glance.buyer.is_some() {
        let sealed = sealed_in(event, event.decoded::<SaleEvent>(kind)?);
        if !sealed.is_empty() {
            return Ok(sealed);
        }
    }
    let customer = event.parse::<SubjectId>(&customer)?;
    Ok(vec![record(
        event,
        &customer,
        NO_CLASS,
        (Some(glance.business_date), 0),
    )])
}

/// The person whose the stream is.
fn subject_of(event: &PersonEvent) -> &SubjectId {
    match event {
        PersonEvent::ErasureRequested(event) => &event.subject_id,
        PersonEvent::PersonalDataErased(event) => &event.subject_id,
        PersonEvent::PersonalDataExported(event) => &event.subject_id,
    }
}

impl Projection for PersonRecordsFold {
    const NAME: &'static str = "person_records";
    const VERSION: u16 = 1;
    type Fold = Once<Record>;

    fn apply(event: &Event<'_>, fold: &mut Once<Record>) -> Result<(), ApplyError> {
        let records = if let EventKind::Sale(kind) = event.kind {
            of_sale(event, kind)?
        } else if let EventKind::Employee(kind) = event.kind {
            sealed_in(event, event.decoded::<EmployeeEvent>(kind)?)
        } else if let EventKind::Payroll(kind) = event.kind {
            sealed_in(event, event.decoded::<PayrollEvent>(kind)?)
        } else if let EventKind::Person(kind) = event.kind {
            let told = event.decoded::<PersonEvent>(kind)?;
            vec![record(event, subject_of(&told), NO_CLASS, (None, 0))]
        } else {
            return Ok(());
        };
        fold.extend(records);
        Ok(())
    }
}
