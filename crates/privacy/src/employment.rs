//! Whether a person works for the company.

use jiff::civil::Date;
use posars_domain::employee::{Employee, EmployeeEvent};
use posars_domain::person::Employment;
use posars_domain::{Aggregate as _, DomainEvent as _, SubjectId};

use crate::records::unreadable;
use crate::{Privacy, PrivacyError};

impl Privacy {
    /// Whether a person works for the company, by the employee's own stream: the read model only tells which that is.
    ///
    /// Of somebody with a key for what an employer keeps, and no stream that is known of, it is taken to last: what is
    /// not understood is kept.
    pub(crate) async fn employment(&self, subject: &SubjectId) -> Result<Employment, PrivacyError> {
        let mut ended_on: Option<Date> = None;
        for stream in self.streams_of(subject).await? {
            if stream.category() != Employee::CATEGORY {
                continue;
            }
            let recorded = self.whole_stream(&stream).await?;
            let mut events = Vec::with_capacity(recorded.len());
            for event in &recorded {
                let decoded =
                    EmployeeEvent::from_json(event.event_type.as_str(), event.schema_version, &event.data);
                events.push(decoded.map_err(|error| unreadable(event, &error))?);
            }
            let state = Employee::fold(&events);
            if state.is_active() {
                return Ok(Employment::Lasts);
            }
            let last_day = state.stints.iter().filter_map(|stint| stint.ended_on).max();
            ended_on = ended_on.max(last_day);
        }
        Ok(ended_on.map_or(Employment::Lasts, Employment::EndedOn))
    }
}
