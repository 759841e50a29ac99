//! Where something is held of a person: which events, not what they hold.

use jiff::civil::Date;
use posars_domain::employee::Employee;
use posars_domain::person::Person;
use posars_domain::sale::Sale;
use posars_domain::{Aggregate as _, RetentionClass, SubjectId};
use posars_event_store::{Position, StreamName};
use uuid::Uuid;

use crate::listing::Listing;
use crate::read::{Columns, ReadRow, key_part};
use crate::read_models::PersonRecordsFold;
use crate::read_models::people::person_records::Record;
use crate::row::StoredRow as _;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// The categories of streams that are of one person from the first event to the last.
const OF_ONE_PERSON: [&str; 3] = [Employee::CATEGORY, Person::CATEGORY, Sale::CATEGORY];

/// An event that holds something of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRecord {
    /// The person.
    pub subject_id: SubjectId,
    /// Under which class it is sealed; none for an event that is of the person and seals nothing.
    pub class: Option<RetentionClass>,
    /// How many fields are sealed under it.
    pub fields: u32,
    /// The day from which the time that it is kept runs; none for an event of the person's own stream.
    pub used_on: Option<Date>,
    /// The event's type.
    pub event_type: String,
    /// Its stream.
    pub stream: StreamName,
    /// Its identity.
    pub event_id: Uuid,
    /// Its place in the log.
    pub position: Position,
}

impl PersonRecord {
    /// Whether the other events of the stream are of the same person, too, such as the leaves of an employee and the void of
    /// a sale. A payroll is of many people.
    #[must_use]
    pub fn is_of_one_person(&self) -> bool {
        let category = self.stream.as_str().split_once('-').map(|(category, _)| category);
        category.is_some_and(|category| OF_ONE_PERSON.contains(&category))
    }
}

impl ReadRow for PersonRecord {
    type Of = PersonRecordsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let fields: i32 = columns.get("fields")?;
        let stream = StreamName::parse(columns.get("stream")?);
        Ok(Self {
            subject_id: columns.parse("subject_id")?,
            class: columns.parse_unless_empty("class")?,
            fields: columns.narrow("fields", fields)?,
            used_on: columns.get("used_on")?,
            event_type: columns.get("event_type")?,
            stream: stream.map_err(|problem| columns.unreadable("stream", &problem))?,
            event_id: columns.get("event_id")?,
            position: columns.position("position")?,
        })
    }
}

impl Projections {
    /// The events that hold something of a person, in the order of the log: one row per event and class.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_person_records(
        &self,
        subject_id: &SubjectId,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<PersonRecord>, QueryError> {
        let before = self.wait_for(PersonRecordsFold::NAME, freshness).await?;
        let (position, class) = match page.key::<2>()? {
            Some([position, class]) => (key_part::<i64>(position)?, class),
            None => (0, ""),
        };
        let (subject, at) = (subject_id.as_str(), page.sql_at());
        let listing = Listing::of(Record::TABLE, &["subject_id", "position", "class"])
            .only("subject_id", Some(&subject))
            .after(&[&subject, &position, &class])
            .up_to("position", &at);
        self.list_page(listing, page, before, |record: &PersonRecord| {
            let class = record.class.map_or("", RetentionClass::as_str);
            vec![record.position.to_string(), class.to_owned()]
        })
        .await
    }
}
