//! The loop against a queue that forgets, doubles and runs out. Its seconds are its own: they pass in a hundredth of the
//! time, and wait at the end of a message's time for a worker that the machine keeps from saying that it is alive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::future;
use tokio::task::JoinHandle;

use super::*;

/// In seconds of the double.
const VISIBILITY: u64 = 30;
/// What a second takes.
const SECOND: Duration = Duration::from_millis(10);
/// How many times a second waits for a worker before the message's time is over after all.
const WAITS_MAX: u32 = 1_000;

/// A message of the double.
#[derive(Clone, Debug)]
struct Message {
    version: &'static str,
    visible_at: u64,
    /// Changes with every receive: an older receipt is worth nothing.
    receipt: u32,
    /// Whether nobody is waited for at the end of its time.
    is_left_alone: bool,
}

#[derive(Debug, Default)]
struct State {
    now: u64,
    messages: Vec<Message>,
    dead: Vec<(&'static str, String)>,
    /// Records that were written, by what they say.
    log: BTreeMap<u32, &'static str>,
    /// Results, by version.
    results: Vec<&'static str>,
    begun: Vec<&'static str>,
    /// Whether extending fails, as when the network does.
    extends_fail: bool,
}

#[derive(Clone, Default)]
struct Double(Arc<Mutex<State>>);

impl Double {
    fn new() -> Self {
        let double = Self::default();
        tokio::spawn(double.clone().pass_time());
        double
    }

    async fn pass_time(self) {
        let mut waits = 0;
        loop {
            tokio::time::sleep(SECOND).await;
            self.with(|state| {
                let ends = |message: &Message| {
                    message.receipt > 0 && !message.is_left_alone && message.visible_at == state.now + 1
                };
                if state.messages.iter().any(ends) && waits < WAITS_MAX {
                    waits += 1;
                } else {
                    waits = 0;
                    state.now += 1;
                }
            });
        }
    }

    fn send(&self, version: &'static str) {
        self.with(|state| {
            let message = Message {
                version,
                visible_at: state.now,
                receipt: 0,
                is_left_alone: false,
            };
            state.messages.push(message);
        });
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    /// Returns when this is so.
    async fn until(&self, is_so: impl Fn(&State) -> bool) {
        while !self.with(|state| is_so(state)) {
            tokio::time::sleep(SECOND / 4).await;
        }
    }

    async fn until_empty(&self) {
        self.until(|state| state.messages.is_empty()).await;
    }
}

struct Version(&'static str);

impl Label for Version {
    fn label(&self) -> String {
        self.0.to_owned()
    }
}

impl Intake for Double {
    type Ticket = Message;
    type Original = Version;

    async fn next(&mut self) -> Result<Option<Delivery<Message, Version>>, Failure> {
        let received = self.with(|state| {
            let now = state.now;
            let message = state
                .messages
                .iter_mut()
                .find(|message| message.visible_at <= now)?;
            message.visible_at = now + VISIBILITY;
            message.receipt += 1;
            message.is_left_alone = false;
            Some(message.clone())
        });
        if received.is_none() {
            tokio::time::sleep(SECOND).await;
        }
        Ok(received.map(|message| Delivery {
            originals: vec![Version(message.version)],
            ticket: message,
        }))
    }

    fn keep_every(&self) -> Option<Duration> {
        Some(SECOND * u32::try_from(VISIBILITY / 3).unwrap())
    }

    async fn keep(&self, ticket: &Message) -> Result<(), Failure> {
        self.with(|state| {
            let (fail, visible_at) = (state.extends_fail, state.now + VISIBILITY);
            let ours = |message: &&mut Message| is_of(message, ticket);
            if let Some(message) = state.messages.iter_mut().find(ours) {
                if fail {
                    message.is_left_alone = true;
                } else {
                    message.visible_at = visible_at;
                }
            }
            if fail {
                return Err(Failure::new(Exit::Unavailable, "QUEUE_UNAVAILABLE", "away"));
            }
            Ok(())
        })
    }

    async fn end(&mut self, ticket: Message, end: End) -> Result<(), Failure> {
        self.with(|state| match end {
            End::Done => state.messages.retain(|message| !is_of(message, &ticket)),
            End::PutAside(failure) => {
                state.dead.push((ticket.version, failure.code.into_owned()));
                state.messages.retain(|message| !is_of(message, &ticket));
            }
            End::GiveBack(after) => {
                let now = state.now;
                for message in state
                    .messages
                    .iter_mut()
                    .filter(|message| is_of(message, &ticket))
                {
                    message.visible_at = now + after.as_secs();
                }
            }
        });
        Ok(())
    }
}

fn is_of(message: &Message, ticket: &Message) -> bool {
    message.version == ticket.version && message.receipt == ticket.receipt
}

/// Writes ninety records, one a second; a record that is there is there. Then the result, once.
struct Slow(Double);

impl Record<Version> for Slow {
    fn record<'a>(&'a self, Version(version): &'a Version) -> BoxFuture<'a, Result<(), NotImported>> {
        async move {
            let refusal = |code: &'static str| Failure::new(Exit::Failure, code, "no");
            match *version {
                "missing" => return Err(NotImported::Gone(refusal("OBJECT_MISSING"))),
                "corrupt" => return Err(NotImported::Refused(refusal("corrupt"))),
                _ => {}
            }
            if self.0.with(|state| state.results.contains(version)) {
                return Ok(());
            }
            self.0.with(|state| state.begun.push(version));
            for record in 0..90 {
                let began = self.0.with(|state| state.now);
                self.0.until(|state| state.now > began).await;
                self.0.with(|state| {
                    state.log.entry(record).or_insert(version);
                });
            }
            self.0.with(|state| {
                if !state.results.contains(version) {
                    state.results.push(version);
                }
            });
            Ok(())
        }
        .boxed()
    }
}

fn worker(double: &Double) -> JoinHandle<()> {
    let worker = IntakeWorker {
        intake: double.clone(),
        recorder: Slow(double.clone()),
        state: IntakeState::default(),
    };
    tokio::spawn(worker.run(future::pending()))
}

#[tokio::test]
async fn ninety_seconds_of_work_are_done_once_with_thirty_of_visibility() {
    let double = Double::new();
    double.send("v1");
    // The second would take what the first does not keep.
    let workers = [worker(&double), worker(&double)];
    double.until_empty().await;
    double.with(|state| {
        assert_eq!(state.begun, ["v1"], "somebody else took it meanwhile");
        assert_eq!((state.log.len(), &state.results[..]), (90, &["v1"][..]));
        assert!(state.now >= 90);
    });
    workers.iter().for_each(JoinHandle::abort);
}

#[tokio::test]
async fn killed_at_sixty_seconds_and_delivered_three_times_it_is_recorded_once() {
    let double = Double::new();
    double.send("v1");
    let first = worker(&double);
    double
        .until(|state| state.now >= 60 && state.log.len() > 30)
        .await;
    // As kill -9 does: nothing is given back, and nobody says any more that it is alive.
    first.abort();
    double.with(|state| state.messages[0].is_left_alone = true);
    double.send("v1");
    let second = worker(&double);
    double.until_empty().await;
    // Replaced, and told of once more.
    double.send("v1");
    double.send("v2");
    double.until_empty().await;
    second.abort();
    double.with(|state| {
        assert_eq!(state.results, ["v1", "v2"], "each version has its import");
        assert_eq!(state.begun.last(), Some(&"v2"));
        assert_eq!(state.log.len(), 90);
        assert!(
            state.log.values().all(|version| *version == "v1"),
            "nothing twice"
        );
        assert!(state.dead.is_empty());
    });
}

#[tokio::test]
async fn what_nobody_can_import_is_put_aside_with_its_reason_while_others_go_on() {
    let double = Double::new();
    for version in ["missing", "v1", "corrupt", "v2"] {
        double.send(version);
    }
    let worker = worker(&double);
    double.until_empty().await;
    worker.abort();
    double.with(|state| {
        let dead = [
            ("missing", "OBJECT_MISSING".to_owned()),
            ("corrupt", "corrupt".to_owned()),
        ];
        assert_eq!(state.dead, dead);
        assert_eq!(state.results, ["v1", "v2"]);
    });
}

#[tokio::test]
async fn a_queue_that_cannot_be_told_costs_work_and_no_record() {
    let double = Double::new();
    double.with(|state| state.extends_fail = true);
    double.send("v1");
    let workers = [worker(&double), worker(&double), worker(&double)];
    // Everybody's receipt may have run out by the time that they are done; a later one finds the result.
    double.until_empty().await;
    workers.iter().for_each(JoinHandle::abort);
    double.with(|state| {
        assert!(state.begun.len() > 1, "it was taken by several");
        assert_eq!((state.log.len(), &state.results[..]), (90, &["v1"][..]));
    });
}

#[tokio::test]
async fn told_to_stop_it_gives_back_what_is_under_way() {
    let double = Double::new();
    double.send("v1");
    let worker = IntakeWorker {
        intake: double.clone(),
        recorder: Slow(double.clone()),
        state: IntakeState::default(),
    };
    worker
        .run(double.clone().until(|state| state.log.len() > 5))
        .await;
    double.with(|state| {
        assert!(state.messages[0].visible_at <= state.now, "at once for the next");
        assert!(state.results.is_empty());
    });
}
