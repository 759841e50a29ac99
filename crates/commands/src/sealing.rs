//! What is personal in events: sealed on its way into the log, opened to compare a command with its first answer.

use posars_domain::{Circumstance, DomainEvent, Path, PersonalField};
use posars_event_store::StreamName;
use posars_keyring::{KeyringError, Opened, Opening, Place, Wanted};
use uuid::Uuid;

use crate::persons::People;
use crate::plan::{Failed, Plan, Request};
use crate::sealed_event::wanted;
use crate::{CommandError, Commands, Completed};

impl Commands {
    /// Gets the keys that the events of a plan are to be sealed with, and guards the persons whose they are.
    ///
    /// The guards come first: an erasure is told in the person's stream before it destroys keys, so an append that would
    /// hold a key which is gone loses.
    pub(crate) async fn get_keys<E: DomainEvent + Send>(
        &self,
        plan: &mut Plan<E>,
        request: &Request<'_>,
        people: &People,
    ) -> Result<(), Failed> {
        let wanted = wanted(plan.events_mut(), request.envelope.received_at);
        if wanted.is_empty() || !self.writes {
            return Ok(());
        }
        for wanted in &wanted {
            let person = self.known_person(&wanted.subject).await?;
            if person.has_lost(wanted.class) {
                let erased = Circumstance::PersonErased { class: wanted.class };
                return Err(Failed::Error(CommandError::rejected(erased)));
            }
            plan.guard(person.guard());
        }
        match self.keyring.keys(&wanted).await {
            Ok(keys) => {
                plan.keys = keys;
                plan.wanted = wanted;
            }
            Err(KeyringError::CpfTaken) => return Err(self.cpf_taken(&wanted, people).await?),
            Err(KeyringError::Closing) => return Err(self.closing(&wanted).await?),
            Err(error) => return Err(Failed::Error(error.into())),
        }
        Ok(())
    }

    /// A person is being erased because the time is over: whether that is so is told in their stream a moment later.
    async fn closing(&self, wanted: &[Wanted]) -> Result<Failed, CommandError> {
        let Some(one) = wanted.first() else {
            return Ok(Failed::Error(KeyringError::Closing.into()));
        };
        let stream = self.known_person(&one.subject).await?.stream.clone();
        for wanted in wanted {
            self.forget_person(&wanted.subject);
        }
        Ok(Failed::Lost(stream))
    }

    /// Lets employees be found by the CPF that is in the log now, and no longer by one from before. When this fails, the
    /// next change of the employee's data does it.
    pub(crate) async fn put_finders_right(&self, wanted: &[Wanted]) {
        if let Err(error) = self.keyring.only_finders(wanted).await {
            tracing::warn!(%error, "an employee is still found by a CPF from before");
        }
    }

    /// The first answer to a command that would bring somebody new in, if it was carried out before: it would leave a key
    /// behind, and a tax number by which nobody is found. So the number of one who was erased does not come back with the
    /// retries of a till.
    pub(crate) async fn done_for_newcomers<E: DomainEvent + Send>(
        &self,
        plan: &mut Plan<E>,
        request: &Request<'_>,
        people: &People,
    ) -> Result<Option<Completed<E>>, Failed> {
        if people.all_known() || !self.writes || !request.has_key() {
            return Ok(None);
        }
        let Some((stream, version)) = plan.first_stream() else {
            return Ok(None);
        };
        let mut now: Vec<E> = plan.events_mut().map(|event| event.clone()).collect();
        self.answered_before((&stream, version), request, &mut now).await
    }

    /// Another employee has the CPF. If the one of this command is new, somebody else was faster since it was looked for:
    /// it is looked for again.
    async fn cpf_taken(&self, wanted: &[Wanted], people: &People) -> Result<Failed, CommandError> {
        let mut new = wanted.iter().filter(|wanted| wanted.finder.is_some());
        match new.find(|wanted| people.is_new(&wanted.subject)) {
            Some(wanted) => Ok(Failed::Lost(
                self.known_person(&wanted.subject).await?.stream.clone(),
            )),
            None => Ok(Failed::Error(CommandError::rejected(Circumstance::CpfInUse))),
        }
    }

    /// Opens what the first answer holds, and compares it with what the command says now. What was erased cannot be
    /// compared.
    ///
    /// The fingerprint says that all else is the same: it covers that a piece of personal data is there, not the data.
    pub(crate) async fn compare_with_first<E: DomainEvent + Send>(
        &self,
        first: &mut Completed<E>,
        places: &[(StreamName, Uuid)],
        now: &mut [E],
        key: Uuid,
    ) -> Result<(), CommandError> {
        let opened = self.open_events(places.iter().zip(&mut first.events)).await?;
        if opened.clear == 0 {
            return Ok(());
        }
        if first.events.iter_mut().zip(now).all(says_the_same) {
            return Ok(());
        }
        Err(CommandError::IdempotencyMismatch {
            key,
            first_position: first.first_position(),
        })
    }

    /// As [`Self::compare_with_first`], of an answer that was found by what it says: no fingerprint tells that the command
    /// has the same fields.
    pub(crate) async fn compare_with_answer<E: DomainEvent + Send>(
        &self,
        answer: &mut Completed<E>,
        places: &[(StreamName, Uuid)],
        now: &mut [E],
        key: Uuid,
    ) -> Result<(), CommandError> {
        self.open_events(places.iter().zip(&mut answer.events)).await?;
        let is_compared = !places.is_empty() && !now.is_empty();
        let is_as_long = answer.events.len() == now.len();
        if !is_compared || (is_as_long && answer.events.iter_mut().zip(now).all(says_all_the_same)) {
            return Ok(());
        }
        Err(CommandError::IdempotencyMismatch {
            key,
            first_position: answer.first_position(),
        })
    }

    /// Opens what is personal in events, as far as its keys are there; each comes with its stream and its id.
    pub(crate) async fn open_events<'e, E: DomainEvent + Send + 'e>(
        &self,
        events: impl Iterator<Item = (&'e (StreamName, Uuid), &'e mut E)>,
    ) -> Result<Opened, KeyringError> {
        let mut fields = Vec::new();
        for ((stream, event_id), event) in events {
            let place = Place {
                stream,
                event_id: *event_id,
            };
            fields.extend(event.personal().into_iter().map(|field| Opening {
                place,
                path: field.path,
                data: field.data,
            }));
        }
        self.keyring.open(&mut fields).await
    }
}

/// Whether no field that is in the clear in both differs.
fn says_the_same<E: DomainEvent>((first, now): (&mut E, &mut E)) -> bool {
    if first.kind() != now.kind() {
        return true;
    }
    let clear = |field: PersonalField<'_>| Some((field.path, field.data.to_clear_json()?));
    let now: Vec<(Path, String)> = now.personal().into_iter().filter_map(clear).collect();
    let mut first = first.personal().into_iter().filter_map(clear);
    first.all(|(path, data)| {
        let mut same = now.iter().filter(|(other, _)| *other == path);
        same.all(|(_, other)| *other == data)
    })
}

/// As [`says_the_same`], and both have the same fields. An answer without any is of a build that kept none.
fn says_all_the_same<E: DomainEvent>((first, now): (&mut E, &mut E)) -> bool {
    let paths = |event: &mut E| -> Vec<Path> { event.personal().iter().map(|field| field.path).collect() };
    let had = paths(first);
    first.kind() == now.kind() && (had.is_empty() || had == paths(now)) && says_the_same((first, now))
}
