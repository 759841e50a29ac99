//! One event on its way into the log: the keys that it needs, and its sealing.

use jiff::Timestamp;
use posars_domain::DomainEvent;
use posars_keyring::{Place, SubjectKeys, Wanted};

use crate::{CommandError, Commands};

/// The keys that events need: one for each person and class, with each tax number that the person is found by.
///
/// What is told of a day to come is used today: by a wage from 2062 on, all that is known of an employee would be kept for
/// decades longer, and nothing makes a key forget its latest day.
pub(crate) fn wanted<'e, E: DomainEvent + 'e>(
    events: impl Iterator<Item = &'e mut E>,
    received_at: Timestamp,
) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    // Nowhere is it later than that.
    let latest = jiff::tz::Offset::constant(14).to_datetime(received_at).date();
    for event in events {
        for field in event.personal() {
            let Some(json) = field.data.to_clear_json() else {
                continue;
            };
            let used_on = field.used_on.min(latest);
            let finder = field.finds.then(|| serde_json::from_str::<String>(&json).ok());
            let finder = finder.flatten();
            let same = wanted
                .iter_mut()
                .find(|known| known.subject == *field.subject && known.class == field.class);
            match same {
                Some(known) if finder.is_none() || known.finder.is_none() || known.finder == finder => {
                    known.used_on = known.used_on.max(used_on);
                    known.finder = known.finder.take().or(finder);
                }
                Some(_) | None => wanted.push(Wanted {
                    subject: field.subject.clone(),
                    class: field.class,
                    used_on,
                    finder,
                }),
            }
        }
    }
    wanted
}

/// Seals what is personal in an event; answers the event as it was, if there was anything.
pub(crate) fn seal<E: DomainEvent>(
    commands: &Commands,
    event: &mut E,
    place: Place<'_>,
    keys: Option<&SubjectKeys>,
) -> Result<Option<E>, CommandError> {
    if !commands.writes || event.personal().is_empty() {
        return Ok(None);
    }
    let clear = event.clone();
    let none = SubjectKeys::default();
    commands
        .keyring
        .seal(event.personal(), place, keys.unwrap_or(&none))?;
    Ok(Some(clear))
}
