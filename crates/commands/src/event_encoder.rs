//! Decided events into the form that the log takes.

use posars_domain::{DomainEvent, Founded};
use posars_event_store::{EventType, JsonText, JsonWriter, NewEvent};
use serde::Serialize;
use uuid::Uuid;

use crate::CommandError;
use crate::error::from_append;

/// Encodes one event after the other in the same room; made for an append, however many events it has.
#[derive(Debug, Default)]
pub(crate) struct EventEncoder {
    json: JsonWriter,
    /// The type of the event before, which mostly is the next one's too.
    event_type: Option<EventType>,
}

impl EventEncoder {
    /// The event with its identity and its metadata.
    pub(crate) fn event<E: DomainEvent>(
        &mut self,
        event_id: Uuid,
        event: &E,
        metadata: &JsonText,
    ) -> Result<NewEvent, CommandError> {
        Ok(NewEvent {
            event_id,
            event_type: self.event_type(event.event_type())?,
            schema_version: event.schema_version(),
            data: self.json(event)?,
            metadata: metadata.clone(),
        })
    }

    /// The first event of a stream that begins with others.
    pub(crate) fn founding(
        &mut self,
        event_id: Uuid,
        founded: &Founded,
        metadata: &JsonText,
    ) -> Result<NewEvent, CommandError> {
        Ok(NewEvent {
            event_id,
            event_type: self.event_type(founded.event_type)?,
            schema_version: founded.schema_version,
            data: JsonText::parse(&founded.data).map_err(|error| from_append(&error))?,
            metadata: metadata.clone(),
        })
    }

    /// Any value as JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<JsonText, CommandError> {
        self.json.text(value).map_err(|error| from_append(&error))
    }

    fn event_type(&mut self, name: &str) -> Result<EventType, CommandError> {
        if let Some(known) = self.event_type.as_ref().filter(|known| known.as_str() == name) {
            return Ok(known.clone());
        }
        let event_type = EventType::parse(name)?;
        self.event_type = Some(event_type.clone());
        Ok(event_type)
    }
}

#[cfg(test)]
mod tests {
    use posars_domain::company::{CompanyDefined, CompanyEvent};
    use posars_domain::register::{RegisterDefined, RegisterEvent};

    use super::*;

    #[test]
    fn every_event_has_its_own_type_and_payload() {
        let company = CompanyEvent::from(CompanyDefined {
            company_id: "acme".parse().unwrap(),
            name: "Acme, a name that is longer than the register's".to_owned(),
            cnpj: None,
            currency: "BRL".parse().unwrap(),
        });
        let register = RegisterEvent::from(RegisterDefined {
            store_id: "centro".parse().unwrap(),
            register_no: "1".parse().unwrap(),
            name: None,
        });
        let mut encoder = EventEncoder::default();
        let metadata = encoder.json(&()).unwrap();
        let first = encoder.event(Uuid::nil(), &company, &metadata).unwrap();
        let second = encoder.event(Uuid::max(), &register, &metadata).unwrap();
        let third = encoder.event(Uuid::nil(), &company, &metadata).unwrap();
        assert_eq!(first, third);
        assert_eq!(first.event_type.as_str(), "CompanyDefined");
        assert_eq!(first.data.as_str(), company.to_json().get());
        assert_eq!(second.event_type.as_str(), "RegisterDefined");
        assert_eq!(second.event_id, Uuid::max());
        assert_eq!(second.data.as_str(), register.to_json().get());
    }
}
