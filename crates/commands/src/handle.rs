//! The one way every command on one stream goes: load, decide, append, and again when somebody else wrote first.

use std::time::Instant;

use posars_domain::store::StoreSettings;
use posars_domain::{Decider, Rejection as _, RejectionKind, StoreId};
use posars_event_store::StreamName;
use serde::Serialize;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::backoff::{ATTEMPTS_MAX, pause_after};
use crate::load::Loaded;
use crate::plan::{Failed, Plan, Request, Write};
use crate::{CommandError, Commands, Envelope, Receipt};

/// A command with all that `handle` must know about its kind.
pub(crate) struct Job<'a, D: Decider> {
    /// What it is called in fingerprints, traces and metrics.
    pub(crate) name: &'static str,
    pub(crate) stream: StreamName,
    pub(crate) command: &'a D::Command,
    pub(crate) opening: Opening,
    /// The idempotency key that the command carries in itself.
    pub(crate) own_key: Option<Uuid>,
    /// The store whose settings the decision needs.
    pub(crate) store_id: fn(&D::State, &D::Command) -> Option<StoreId>,
    pub(crate) context: &'a (dyn Fn(Option<StoreSettings>) -> D::Context + Send + Sync),
    /// Whether an event is what this command had led to before.
    pub(crate) is_answer: fn(&D::Command, &D::Event) -> bool,
}

/// What is believed of the stream before it is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The command starts its stream: the append tells whether that is so, in one round trip.
    New,
    /// The stream is read first.
    Fold,
}

impl Commands {
    pub(crate) async fn handle<D: Decider>(
        &self,
        job: &Job<'_, D>,
        envelope: &Envelope,
    ) -> Result<Receipt<D::Event>, CommandError>
    where
        D::Command: Serialize,
    {
        let started = Instant::now();
        let span = tracing::debug_span!("command", name = job.name, stream = %job.stream);
        let result = self.attempts(job, envelope).instrument(span).await;
        self.shared
            .metrics
            .done(job.name, started.elapsed(), result.as_ref());
        result
    }

    async fn attempts<D: Decider>(
        &self,
        job: &Job<'_, D>,
        envelope: &Envelope,
    ) -> Result<Receipt<D::Event>, CommandError>
    where
        D::Command: Serialize,
    {
        let request = Request::new(job.name, job.command, job.own_key, envelope)?;
        let mut opening = job.opening;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let lost = match self.attempt(job, opening, &request).await {
                Ok(receipt) => return Ok(receipt),
                Err(Failed::Error(error)) => return Err(error),
                Err(Failed::Lost(stream)) => stream,
            };
            // A stream that was believed new exists: no race, so no pause.
            let was_belief = lost == job.stream && opening == Opening::New;
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
        if pause {
            tokio::time::sleep(pause_after(attempts)).await;
        }
        Ok(())
    }

    async fn attempt<D: Decider>(
        &self,
        job: &Job<'_, D>,
        opening: Opening,
        request: &Request<'_>,
    ) -> Result<Receipt<D::Event>, Failed> {
        let loaded = match opening {
            Opening::New => Loaded::<D>::default(),
            Opening::Fold => {
                self.load::<D>(&job.stream, |event| (job.is_answer)(job.command, event))
                    .await?
            }
        };
        let store = match (job.store_id)(&loaded.state, job.command) {
            Some(store_id) => self.known_store(&store_id).await?,
            None => None,
        };
        let context = (job.context)(store.as_ref().map(|known| known.settings.clone()));
        let decision = match D::decide(&loaded.state, job.command, &context) {
            Ok(decision) => decision,
            Err(rejection) => {
                let may_be_done = opening == Opening::Fold && !is_for_ever(rejection.kind());
                let rejected = CommandError::rejected(rejection);
                return Ok(self
                    .unless_done(&job.stream, request, may_be_done, rejected)
                    .await?);
            }
        };
        if decision.events.is_empty() {
            return Ok(nothing_left(job, loaded));
        }
        let mut plan = Plan::new(store.iter().map(|known| known.guard()).collect());
        for claim in decision.claims {
            plan.claim(&job.stream, claim)?;
        }
        plan.write(Write {
            stream: job.stream.clone(),
            version: loaded.version,
            events: decision.events,
        });
        self.carry_out(plan, request).await
    }

    /// The rejection, unless the command was carried out before: its own effect may be what it is now refused for.
    pub(crate) async fn unless_done<E: posars_domain::DomainEvent>(
        &self,
        stream: &StreamName,
        request: &Request<'_>,
        may_be_done: bool,
        rejected: CommandError,
    ) -> Result<Receipt<E>, CommandError> {
        if may_be_done
            && self.writes
            && request.has_key()
            && let Some(receipt) = self.first_answer(stream, request).await?
        {
            return Ok(receipt);
        }
        Err(rejected)
    }
}

/// Whether a rejection has nothing to do with what happened before.
pub(crate) fn is_for_ever(kind: RejectionKind) -> bool {
    match kind {
        RejectionKind::Invalid | RejectionKind::NotFound => true,
        RejectionKind::State | RejectionKind::Duplicate | RejectionKind::Conflict => false,
    }
}

fn nothing_left<D: Decider>(job: &Job<'_, D>, loaded: Loaded<D>) -> Receipt<D::Event> {
    let streams = vec![(job.stream.clone(), loaded.version)];
    match loaded.answer {
        Some(answer) => Receipt {
            events: vec![answer.event],
            event_ids: vec![answer.event_id],
            streams,
            position: answer.position,
            replayed: true,
            recorded_at: Some(answer.recorded_at),
        },
        None => Receipt {
            events: Vec::new(),
            event_ids: Vec::new(),
            streams,
            position: loaded.position,
            replayed: true,
            recorded_at: None,
        },
    }
}
