//! Many definitions at once, as a spreadsheet brings them: one look at what is there, one append for all that are new.
//!
//! As with sales, the stream is what makes a definition happen once; one that exists is compared with what is offered.

use std::time::Instant;

use posars_domain::product::DefineProduct;
use posars_domain::store::DefineStore;
use posars_domain::{Aggregate, Command, Decision, Given, StateOf};
use posars_event_store::{RecordedEvent, StreamName, Version};
use uuid::Uuid;

use crate::batch::{Accepted, Offered, Together, give_way};
use crate::batch_answers::{BatchAnswer, BatchAnswers, Written};
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::load::decode;
use crate::names::Name;
use crate::plan::{Surroundings, Write};
use crate::turns::{Turn, Turns};
use crate::whereabouts::{Whereabouts, take_second};
use crate::{CommandError, Commands, Envelope};

/// A definition on its way through a batch.
struct Definition<'a, C> {
    index: usize,
    stream: StreamName,
    command: &'a C,
    envelope: &'a Envelope,
}

impl Commands {
    /// Sets up to [`BATCH_MAX`](crate::BATCH_MAX) stores up, each as [`Commands::carry_out`] would, and answers for each,
    /// in their order. Those that are new go into the log in one transaction.
    ///
    /// # Errors
    /// Each has its own [`CommandError`]; one that is refused does not stand in the way of the others.
    pub async fn define_stores(&self, stores: &[Offered<DefineStore>]) -> Vec<BatchAnswer> {
        self.define_all("DefineStores", stores).await
    }

    /// Enters up to [`BATCH_MAX`](crate::BATCH_MAX) products into the catalogue, each as [`Commands::carry_out`] would,
    /// and answers for each, in their order. Those that are new go into the log in one transaction.
    ///
    /// # Errors
    /// Each has its own [`CommandError`]; one that is refused does not stand in the way of the others.
    pub async fn define_products(&self, products: &[Offered<DefineProduct>]) -> Vec<BatchAnswer> {
        self.define_all("DefineProducts", products).await
    }

    /// For commands of one stream that need nothing beside it and have no key of their own.
    async fn define_all<C: Command>(&self, name: &'static str, offered: &[Offered<C>]) -> Vec<BatchAnswer> {
        let mut whereabouts = Whereabouts::of(self);
        let mut answers = whereabouts.commands().define_all_here(name, offered).await;
        while whereabouts.are_to_be_done_again(&answers).await {
            let second = whereabouts.commands().define_all_here(name, offered).await;
            take_second(&mut answers, second);
        }
        answers
    }

    async fn define_all_here<C: Command>(
        &self,
        name: &'static str,
        offered: &[Offered<C>],
    ) -> Vec<BatchAnswer> {
        let started = Instant::now();
        let (mut answers, turns) = self.define_together(offered).await;
        turns
            .take(offered, &mut answers, |one| self.define_alone(one))
            .await;
        let answers = answers.completed();
        self.shared
            .metrics
            .done(name, started.elapsed(), BatchAnswers::outcome(&answers));
        answers
    }

    async fn define_alone<C: Command>(&self, one: &Offered<C>) -> BatchAnswer {
        Ok(self.carry_out(&one.command, &one.envelope).await?.written())
    }

    /// BatchAnswers for the definitions of new streams and for those that change nothing; the others stay open, such as what
    /// the log refuses together with others, and take their turns.
    async fn define_together<C: Command>(&self, offered: &[Offered<C>]) -> (BatchAnswers, Turns) {
        let (mut answers, mut turns) = (BatchAnswers::none_of(offered.len()), Turns::default());
        // A key of the caller's own must be claimed: the lone command's business, one after the other, because nothing
        // else is known of them.
        let is_special =
            |one: &Offered<C>| one.envelope.request_id.is_some() || one.envelope.stores.is_limited();
        if offered.iter().any(is_special) {
            (0..offered.len()).for_each(|index| turns.name(index, [Name::request(Uuid::nil())]));
            return (answers, turns);
        }
        let mut definitions: Vec<Definition<'_, C>> = Vec::with_capacity(offered.len());
        for (index, one) in offered.iter().enumerate() {
            match stream_of::<C::Of>(one.command.stream_id()) {
                Ok(stream) => definitions.push(Definition {
                    index,
                    stream,
                    command: &one.command,
                    envelope: &one.envelope,
                }),
                Err(error) => answers.give(index, Err(error.into())),
            }
        }
        let streams: Vec<StreamName> = definitions.iter().map(|one| one.stream.clone()).collect();
        let last = match self.shared.log.last_events(&streams).await {
            Ok(last) => last,
            Err(error) => {
                let indexes: Vec<usize> = (0..offered.len()).collect();
                answers.give_all(&indexes, || Err(error.clone().into()));
                return (answers, turns);
            }
        };
        let mut encoder = EventEncoder::default();
        let mut together = Together::default();
        for (done, (definition, last)) in definitions.into_iter().zip(last).enumerate() {
            let index = definition.index;
            give_way(done).await;
            match self.define_one(definition, last.as_ref(), &mut encoder) {
                Ok(Decided::New(accepted)) => {
                    turns.name(index, accepted.names());
                    // What is defined or claimed twice is compared with the first when that is in the log.
                    match turns.of(index, &answers) {
                        Turn::Now => {
                            if !together.has_room_for(&accepted) {
                                self.append_gathered(together.take(), &mut answers).await;
                            }
                            together.push(accepted, None);
                        }
                        Turn::Later => {}
                        Turn::Never(error) => answers.give(index, Err(error)),
                    }
                }
                Ok(Decided::Before) => answers.give(index, Ok(Written::Before)),
                Ok(Decided::Unclear(stream)) => turns.name(index, [Name::stream(&stream)]),
                Err(error) => answers.give(index, Err(error)),
            }
        }
        self.append_gathered(together, &mut answers).await;
        (answers, turns)
    }

    fn define_one<C: Command>(
        &self,
        definition: Definition<'_, C>,
        last: Option<&RecordedEvent>,
        encoder: &mut EventEncoder,
    ) -> Result<Decided, CommandError> {
        let state = match last {
            None => StateOf::<C>::default(),
            Some(first) if first.version == Version::START.plus(1) => C::Of::fold([&decode(first)?]),
            // The last of several events is not the whole history.
            Some(_) => return Ok(Decided::Unclear(definition.stream)),
        };
        let given = Given::at(definition.envelope.received_at);
        let decision = definition.command.decide(&state, &given);
        let Decision { events, claims } = decision.map_err(CommandError::rejected)?;
        match (last, events.is_empty()) {
            (_, true) => return Ok(Decided::Before),
            (Some(_), false) => return Ok(Decided::Unclear(definition.stream)),
            (None, false) => {}
        }
        let mut write = Write {
            stream: definition.stream,
            version: Version::START,
            events,
        };
        let metadata = definition.envelope.metadata(encoder)?;
        let events = self.new_events(
            encoder,
            &mut write,
            Surroundings::plain(&metadata, &definition.envelope.source),
        )?;
        Ok(Decided::New(Accepted::new(
            definition.index,
            write.stream,
            events,
            &claims,
        )?))
    }
}

enum Decided {
    /// Its stream is to begin with this.
    New(Accepted),
    /// All is as it is asked to be.
    Before,
    /// It takes the whole of this stream to say.
    Unclear(StreamName),
}
