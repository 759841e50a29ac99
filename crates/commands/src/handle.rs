//! The one way every command goes: load, decide, append, and again when somebody else wrote first.

use std::slice;
use std::time::Instant;

use posars_domain::product::ProductRejection;
use posars_domain::{
    Aggregate, Command, CompoundCommand, EventOf, Given, Rejection, RejectionKind, StateOf, Touches,
};
use posars_event_store::StreamName;
use tracing::Instrument as _;

use crate::backoff::{ATTEMPTS_MAX, pause_after};
use crate::facts::{Absent, Facts, Known};
use crate::job::{Job, targets};
use crate::keys::stream_of;
use crate::load::Loaded;
use crate::plan::{Failed, Plan, Request, Write};
use crate::touched::Touched;
use crate::whereabouts::Whereabouts;
use crate::{CommandError, Commands, Completed, Envelope};

/// What is believed of the stream before it is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// The command starts its stream: the append tells whether that is so, in one round trip.
    New,
    /// The stream is read first.
    Fold,
}

impl Commands {
    /// Carries a command out: its events are in the log when this answers. With a key, the command's own or the
    /// envelope's, that happens once; asked again it gives the first answer, and other content under the key is refused.
    ///
    /// # Errors
    /// [`CommandError::Rejected`] when a rule says no, [`CommandError::OutOfScope`] when the caller may touch some stores
    /// only, [`CommandError::IdempotencyMismatch`] for a key that was used otherwise, [`CommandError::Conflict`] when others
    /// were faster each time, [`CommandError::Unreadable`] for a damaged log, [`CommandError::Unavailable`] when the
    /// database cannot take it.
    pub async fn carry_out<C: Command>(
        &self,
        command: &C,
        envelope: &Envelope,
    ) -> Result<Completed<EventOf<C>>, CommandError> {
        let started = Instant::now();
        let job = Job {
            name: C::NAME,
            parts: slice::from_ref(command),
            targets: vec![(stream_of::<C::Of>(command.stream_id())?, command)],
            target_of: vec![0],
            path_of_part: None,
        };
        let request = Request::of(command, envelope)?;
        self.timed(&job, &request, started).await
    }

    /// Carries a command to several streams out: on all of them or on none, once per key of its own.
    ///
    /// # Errors
    /// As [`Commands::carry_out`]; a rejection's field is that of the whole command.
    pub async fn carry_out_compound<C: CompoundCommand>(
        &self,
        command: &C,
        envelope: &Envelope,
    ) -> Result<Completed<EventOf<C::Part>>, CommandError> {
        let started = Instant::now();
        let parts = command.parts().map_err(CommandError::rejected)?;
        let (targets, target_of) = targets(&parts)?;
        let job = Job {
            name: C::NAME,
            parts: &parts,
            targets,
            target_of,
            path_of_part: Some(&|index, path| command.path_of_part(index, path)),
        };
        let request = Request::new(C::NAME, command, command.own_key(), envelope)?;
        self.timed(&job, &request, started).await
    }

    async fn timed<C: Command>(
        &self,
        job: &Job<'_, C>,
        request: &Request<'_>,
        started: Instant,
    ) -> Result<Completed<EventOf<C>>, CommandError> {
        let mut whereabouts = Whereabouts::of(self);
        loop {
            let here = whereabouts.commands();
            // Without the stream: what a caller gives for an id may be somebody's tax number, which is refused, not traced.
            let span = tracing::debug_span!("command", name = job.name, parts = job.parts.len());
            let result = async {
                let result = here.attempts(job, request).await;
                here.or_earlier_answer(job, request, result).await
            };
            let result = result.instrument(span).await;
            here.forget_facts_of::<C::Of>();
            if whereabouts.is_to_be_done_again(&result).await {
                continue;
            }
            self.shared
                .metrics
                .done(job.name, started.elapsed(), result.as_ref());
            return result;
        }
    }

    /// The first answer to a command that an earlier build carried out, whose fingerprint covered more than now. Asked for
    /// only where the fingerprint of now is another.
    async fn or_earlier_answer<C: Command>(
        &self,
        job: &Job<'_, C>,
        request: &Request<'_>,
        result: Result<Completed<EventOf<C>>, CommandError>,
    ) -> Result<Completed<EventOf<C>>, CommandError> {
        let ([command], [(stream, _)]) = (job.parts, job.targets.as_slice()) else {
            return result;
        };
        if !matches!(result, Err(CommandError::IdempotencyMismatch { .. })) {
            return result;
        }
        let Some(request) = request.of_earlier_build(command)? else {
            return result;
        };
        // It held nothing sealed that could be compared.
        match self.first_answer(stream, &request, &mut []).await? {
            Some(first) => Ok(first),
            None => result,
        }
    }

    async fn attempts<C: Command>(
        &self,
        job: &Job<'_, C>,
        request: &Request<'_>,
    ) -> Result<Completed<EventOf<C>>, CommandError> {
        let mut opening = if C::BEGINS_STREAM {
            Opening::New
        } else {
            Opening::Fold
        };
        let mut attempts = 0;
        let mut facts = Facts::default();
        loop {
            attempts += 1;
            facts = facts.again();
            let lost = match self.attempt(job, opening, request, &mut facts).await {
                Ok(completed) => return Ok(completed),
                Err(Failed::Error(error)) => return Err(error),
                Err(Failed::Lost(stream)) => stream,
            };
            // A stream that was believed new exists: no race, so no pause.
            let was_belief = opening == Opening::New && job.targets.iter().any(|(stream, _)| *stream == lost);
            if was_belief {
                opening = Opening::Fold;
            }
            self.lost(job.name, &lost, attempts, !was_belief).await?;
        }
    }

    /// After a lost race: forgets what was stale and waits a little, a bounded number of times.
    pub(crate) async fn lost(
        &self,
        name: &'static str,
        stream: &StreamName,
        attempts: u32,
        pause: bool,
    ) -> Result<(), CommandError> {
        if attempts >= ATTEMPTS_MAX {
            return Err(CommandError::Conflict {
                stream: stream.clone(),
                attempts,
            });
        }
        self.shared.metrics.retried(name);
        self.shared.stores.forget(stream);
        self.shared.books.forget(stream);
        self.forget_person_of(stream);
        if pause {
            tokio::time::sleep(pause_after(attempts)).await;
        }
        Ok(())
    }

    async fn attempt<C: Command>(
        &self,
        job: &Job<'_, C>,
        opening: Opening,
        request: &Request<'_>,
        facts: &mut Facts,
    ) -> Result<Completed<EventOf<C>>, Failed> {
        let mut touched = self.touched(job, opening, facts).await?;
        let mut plan = Plan::default();
        let mut afresh = Vec::new();
        for (index, (part, target)) in job.parts.iter().zip(&job.target_of).enumerate() {
            let Some(touched) = touched.get_mut(*target) else {
                continue;
            };
            let state = &touched.loaded.state;
            let needs = part.needs(state);
            refuse_beyond_scope(job, index, needs.touches, request)?;
            let known = Known {
                employees: self.employees(&part.employees()).await?,
                ..self.look_up(needs, index, facts).await?
            };
            known.guards().for_each(|guard| plan.guard(guard));
            let given = known.given(request.envelope.received_at);
            let decision = match part.decide(state, &given) {
                Ok(decision) => decision,
                Err(rejection) => {
                    self.stands(rejection.kind(), &known, opening, touched).await?;
                    let may_be_done = opening == Opening::Fold && !is_for_ever(rejection.kind());
                    let refused = Refused {
                        may_be_done,
                        rejected: job.rejected(index, rejection),
                        afresh: part.afresh(state, &given),
                    };
                    return Ok(self.unless_done(&touched.stream, request, refused).await?);
                }
            };
            if decision.events.is_empty() {
                afresh.extend(part.afresh(state, &given));
            }
            for claim in decision.claims {
                plan.claim(&touched.stream, claim)?;
            }
            if job.parts.len() > 1 {
                touched.evolve(&decision.events);
            }
            if touched.events.is_empty() {
                touched.events = decision.events;
            } else {
                touched.events.extend(decision.events);
            }
        }
        if touched.iter().all(|touched| touched.events.is_empty()) {
            return Ok(self.nothing_left(touched, afresh, request).await?);
        }
        if let Some(absent) = self.first_absent_store(job.parts).await? {
            return Err(Failed::Error(job.rejected_absent(absent)));
        }
        if let Some(absent) = self.first_absent(job.parts).await? {
            return self.refuse_absent(job, opening, request, absent).await;
        }
        for part in job.parts {
            plan.found(self.absent(part.founds()).await?);
        }
        for touched in touched.into_iter().filter(|touched| !touched.events.is_empty()) {
            plan.write(Write {
                stream: touched.stream,
                version: touched.loaded.version,
                events: touched.events,
            });
        }
        if let Some(completed) = self.done_for_newcomers(&mut plan, request, &facts.people).await? {
            return Ok(completed);
        }
        self.get_keys(&mut plan, request, &facts.people).await?;
        self.append(plan, request).await
    }

    /// The streams of a job as they stand, in the order of its targets.
    async fn touched<C: Command>(
        &self,
        job: &Job<'_, C>,
        opening: Opening,
        facts: &mut Facts,
    ) -> Result<Vec<Touched<C::Of>>, CommandError> {
        if opening == Opening::Fold && C::Of::LAST_EVENT_IS_STATE {
            return self.load_last(&job.targets, facts).await;
        }
        let mut touched = Vec::with_capacity(job.targets.len());
        for (stream, part) in &job.targets {
            let loaded = match opening {
                Opening::New => Loaded::default(),
                Opening::Fold => self.load(stream, |event| part.is_answer(event)).await?,
            };
            touched.push(Touched::new(stream.clone(), loaded));
        }
        Ok(touched)
    }

    /// Lets a no stand that was decided on the books or on employees, unless what it was decided on may be otherwise.
    async fn stands<A: Aggregate>(
        &self,
        kind: RejectionKind,
        known: &Known,
        opening: Opening,
        touched: &Touched<A>,
    ) -> Result<(), Failed> {
        let looked_around = known.books.is_some() || known.employees.is_some();
        if kind == RejectionKind::Invalid || !looked_around {
            return Ok(());
        }
        // The stream that is believed new may hold just this, from when its month was open or the employee was there.
        if opening == Opening::New {
            return Err(Failed::Lost(touched.stream.clone()));
        }
        let Some(books) = &known.books else { return Ok(()) };
        if self.are_present(books).await? {
            return Ok(());
        }
        let [_, (months, _)] = &books.versions;
        Err(Failed::Lost(months.clone()))
    }

    /// Refuses what names a product that is not in the catalogue, unless it was carried out when that was no matter.
    async fn refuse_absent<C: Command>(
        &self,
        job: &Job<'_, C>,
        opening: Opening,
        request: &Request<'_>,
        absent: Absent<ProductRejection>,
    ) -> Result<Completed<EventOf<C>>, Failed> {
        let target = job.target_of.get(absent.index);
        let target = target.and_then(|target| job.targets.get(*target));
        match target.map(|(stream, _)| stream) {
            // The stream that is believed new may hold just this: it has to be looked at.
            Some(stream) if opening == Opening::New => Err(Failed::Lost(stream.clone())),
            Some(stream) => {
                let refused = Refused {
                    may_be_done: true,
                    rejected: job.rejected_absent(absent),
                    afresh: Vec::new(),
                };
                Ok(self.unless_done(stream, request, refused).await?)
            }
            None => Err(Failed::Error(job.rejected_absent(absent))),
        }
    }

    /// The rejection, unless the command was carried out before: its own effect may be what it is now refused for.
    async fn unless_done<E: posars_domain::DomainEvent + Send>(
        &self,
        stream: &StreamName,
        request: &Request<'_>,
        refused: Refused<E>,
    ) -> Result<Completed<E>, CommandError> {
        let Refused {
            rejected,
            may_be_done,
            mut afresh,
        } = refused;
        if may_be_done
            && self.writes
            && request.has_key()
            && let Some(completed) = self.first_answer(stream, request, &mut afresh).await?
        {
            return Ok(completed);
        }
        Err(rejected)
    }

    /// Everything is as asked: the answer is the event that had made it so.
    async fn nothing_left<A: Aggregate>(
        &self,
        touched: Vec<Touched<A>>,
        mut afresh: Vec<A::Event>,
        request: &Request<'_>,
    ) -> Result<Completed<A::Event>, CommandError> {
        let mut completed = Completed::nothing();
        let mut places = Vec::new();
        for Touched { stream, loaded, .. } in touched {
            let last = loaded.beside_answer.last().or(loaded.answer.as_ref());
            let answered_at = last.map(|last| last.position);
            completed.position = completed.position.max(answered_at.unwrap_or(loaded.position));
            for answer in loaded.answer.into_iter().chain(loaded.beside_answer) {
                places.push((stream.clone(), answer.event_id));
                completed.events.push(answer.event);
                completed.event_ids.push(answer.event_id);
                completed.recorded_at = Some(answer.recorded_at);
            }
            completed.streams.push((stream, loaded.version));
        }
        self.compare_with_answer(&mut completed, &places, &mut afresh, request.key_of_answer())
            .await?;
        Ok(completed)
    }
}

/// A no that may not be the last word.
struct Refused<E> {
    rejected: CommandError,
    /// Whether the command may have been carried out before.
    may_be_done: bool,
    /// What it would lead to where nothing has happened yet.
    afresh: Vec<E>,
}

/// Refuses what the caller may not touch. What is in a store of others is refused as if it were not there.
fn refuse_beyond_scope<C: Command>(
    job: &Job<'_, C>,
    index: usize,
    touches: Touches<'_>,
    request: &Request<'_>,
) -> Result<(), CommandError> {
    let scope = &request.envelope.stores;
    match touches {
        Touches::Store(store_id) if !scope.holds(store_id) => {
            let given = Given::at(request.envelope.received_at);
            let part = job.parts.get(index);
            match part.map(|part| part.decide(&StateOf::<C>::default(), &given)) {
                Some(Err(rejection)) => Err(job.rejected(index, rejection)),
                Some(Ok(_)) | None => Err(CommandError::OutOfScope),
            }
        }
        Touches::Company if scope.is_limited() => Err(CommandError::OutOfScope),
        Touches::Store(_) | Touches::Company | Touches::Nothing => Ok(()),
    }
}

/// Whether a rejection has nothing to do with what happened before.
fn is_for_ever(kind: RejectionKind) -> bool {
    match kind {
        RejectionKind::Invalid | RejectionKind::NotFound => true,
        RejectionKind::State | RejectionKind::Duplicate | RejectionKind::Conflict => false,
    }
}
