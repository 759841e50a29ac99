//! The log against a model of it: random appends, conflicts, retries, guards and claims, one by one and many
//! at once. The model is a list of events and three maps; it is what the log promises, said shortly.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking, also on any variant not expected"
)]

#[path = "fixture/mod.rs"]
mod fixture;

use std::collections::{BTreeMap, BTreeSet};

use fixture::{World, all, event_of, name, stream, version, whole};
use futures_util::future::join_all;
use posars_event_store::{Append, AppendError, Appended, ClaimKey, ExpectedVersion, Guard, Log, StreamName};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use proptest::{option, prop_oneof};
use uuid::Uuid;

/// What a random request expects of a stream, before it is known what version the stream has.
#[derive(Clone, Copy, Debug)]
enum Belief {
    NoStream,
    Any,
    Exists,
    /// The version that the model knows, and how far the caller is off.
    About(i8),
}

#[derive(Clone, Debug)]
struct Draft {
    writes: Vec<(u8, Belief, Vec<String>)>,
    guards: Vec<(u8, Belief)>,
    /// Key, holder, whether it is to be kept.
    claims: Vec<(u8, u8, bool)>,
    key: Option<u8>,
}

#[derive(Clone, Debug)]
enum Step {
    Append(Draft),
    /// Sent together, so that they may share a transaction.
    Together(Vec<Draft>),
    /// An earlier request once more, counted from the newest.
    Retry(u8),
    /// The key of an earlier request for something else.
    Misuse(u8, Draft),
    /// The process starts anew.
    Restart,
}

fn belief() -> impl Strategy<Value = Belief> {
    prop_oneof![
        1 => Just(Belief::NoStream),
        6 => Just(Belief::Any),
        2 => Just(Belief::Exists),
        16 => Just(Belief::About(0)),
        2 => (-2..3_i8).prop_map(Belief::About),
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    let texts = vec(any::<String>(), 1..4);
    let writes = vec((0..6_u8, belief(), texts), 1..4);
    let guards = vec((0..6_u8, belief()), 0..2);
    let claims = vec((0..16_u8, 0..6_u8, any::<bool>()), 0..3);
    // A free hand with keys would make nearly every request a retry or a misuse; those have steps of their own.
    let key = option::weighted(0.8, 0..200_u8);
    (writes, guards, claims, key).prop_map(|(writes, guards, claims, key)| Draft {
        writes,
        guards,
        claims,
        key,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => draft().prop_map(Step::Append),
        4 => vec(draft(), 2..12).prop_map(Step::Together),
        6 => any::<u8>().prop_map(Step::Retry),
        2 => (any::<u8>(), draft()).prop_map(|(back, draft)| Step::Misuse(back, draft)),
        1 => Just(Step::Restart),
    ]
}

/// Stream, what it must be, ids and texts of its events.
type Write = (String, ExpectedVersion, Vec<(Uuid, String)>);
/// Stream, version, id and text of an event.
type Fact = (String, u64, Uuid, String);
/// Fingerprint, first answer, its first and last position.
type First = ([u8; 32], Verdict, Option<(u64, u64)>);

/// A draft with its expectations filled in: what is really sent, and sent again.
#[derive(Clone, Debug)]
struct Request {
    writes: Vec<Write>,
    guards: Vec<(String, ExpectedVersion)>,
    claims: Vec<(String, String, bool)>,
    key: Option<(Uuid, [u8; 32])>,
}

impl Request {
    fn append(&self) -> Append {
        let mut writes = self.writes.iter().map(|(to, expected, events)| {
            let events = events.iter().map(|(event_id, text)| {
                let mut event = event_of(&serde_json::to_string(text).unwrap(), "{}");
                event.event_id = *event_id;
                event
            });
            (stream(to), *expected, events.collect())
        });
        let (to, expected, events) = writes.next().unwrap();
        let mut append = Append::to(to, expected, events);
        for (to, expected, events) in writes {
            append = append.also(to, expected, events);
        }
        for (of, expected) in &self.guards {
            append = append.guard(fixture::guard(of, *expected));
        }
        for (key, holder, is_kept) in &self.claims {
            let (key, holder) = (ClaimKey::parse(key).unwrap(), stream(holder));
            append = append.guard(if *is_kept {
                Guard::Claim { key, holder }
            } else {
                Guard::Unclaimed { key, holder }
            });
        }
        match self.key {
            Some((key, fingerprint)) => append.idempotent(key, fingerprint),
            None => append,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Accepted {
        streams: Vec<(StreamName, u64)>,
        replayed: bool,
    },
    WrongVersion {
        stream: String,
        actual: u64,
    },
    /// Any of these may be the one that is named.
    ClaimTaken(BTreeSet<(String, String)>),
    OtherPayload,
}

#[derive(Debug, Default)]
struct Model {
    /// In the order of the log.
    events: Vec<Fact>,
    versions: BTreeMap<String, u64>,
    claims: BTreeMap<String, String>,
    answers: BTreeMap<Uuid, First>,
    sent: Vec<Request>,
    drawn: u128,
}

impl Model {
    fn version(&self, of: &str) -> u64 {
        self.versions.get(of).copied().unwrap_or(0)
    }

    fn draw(&mut self) -> u128 {
        self.drawn += 1;
        self.drawn
    }

    fn expected(&self, of: &str, belief: Belief) -> ExpectedVersion {
        match belief {
            Belief::NoStream => ExpectedVersion::NoStream,
            Belief::Any => ExpectedVersion::Any,
            Belief::Exists => ExpectedVersion::Exists,
            Belief::About(off) => match self.version(of).saturating_add_signed(i64::from(off)) {
                0 => ExpectedVersion::NoStream,
                number => ExpectedVersion::Exact(version(number)),
            },
        }
    }

    /// Names each stream and key at most once, as the log demands.
    fn request(&mut self, draft: Draft) -> Request {
        let mut named = BTreeSet::new();
        let mut writes = Vec::new();
        for (number, belief, texts) in draft.writes {
            let to = format!("s-{number}");
            if named.insert(to.clone()) {
                let expected = self.expected(&to, belief);
                let events = texts.into_iter().map(|text| (Uuid::from_u128(self.draw()), text));
                writes.push((to, expected, events.collect()));
            }
        }
        let mut guards = Vec::new();
        for (number, belief) in draft.guards {
            let of = format!("s-{number}");
            if named.insert(of.clone()) {
                let expected = self.expected(&of, belief);
                guards.push((of, expected));
            }
        }
        let claims: BTreeMap<String, (String, bool)> = draft
            .claims
            .into_iter()
            .map(|(key, holder, is_kept)| (format!("key:{key}"), (format!("s-{holder}"), is_kept)))
            .collect();
        let claims = claims.into_iter();
        let mut fingerprint = [0; 32];
        fingerprint[..16].copy_from_slice(&self.draw().to_be_bytes());
        let request = Request {
            writes,
            guards,
            claims: claims
                .map(|(key, (holder, is_kept))| (key, holder, is_kept))
                .collect(),
            key: draft
                .key
                .map(|key| (Uuid::from_u128(u128::from(key)), fingerprint)),
        };
        self.sent.push(request.clone());
        request
    }

    /// The verdict on a request that comes after all before it, and its effect.
    fn judge(&mut self, request: &Request) -> Verdict {
        if let Some((key, fingerprint)) = request.key
            && let Some((first, answer, _)) = self.answers.get(&key)
        {
            return match answer {
                Verdict::Accepted { streams, .. } if *first == fingerprint => Verdict::Accepted {
                    streams: streams.clone(),
                    replayed: true,
                },
                _ => Verdict::OtherPayload,
            };
        }
        let checks = request.writes.iter().map(|(of, expected, _)| (of, *expected));
        let guards = request.guards.iter().map(|(of, expected)| (of, *expected));
        for (of, expected) in checks.chain(guards) {
            let actual = self.version(of);
            let fits = match expected {
                ExpectedVersion::Exact(version) => version.get() == actual,
                ExpectedVersion::NoStream => actual == 0,
                ExpectedVersion::Any => true,
                ExpectedVersion::Exists => actual > 0,
            };
            if !fits {
                return Verdict::WrongVersion {
                    stream: of.clone(),
                    actual,
                };
            }
        }
        let taken: BTreeSet<(String, String)> = request
            .claims
            .iter()
            .filter_map(|(key, holder, _)| {
                self.claims
                    .get(key)
                    .filter(|held| *held != holder)
                    .map(|held| (key, held))
            })
            .map(|(key, held)| (key.clone(), held.clone()))
            .collect();
        if !taken.is_empty() {
            return Verdict::ClaimTaken(taken);
        }
        self.accept(request)
    }

    fn accept(&mut self, request: &Request) -> Verdict {
        let kept = request.claims.iter().filter(|(.., is_kept)| *is_kept);
        self.claims
            .extend(kept.map(|(key, holder, _)| (key.clone(), holder.clone())));
        let mut streams = Vec::new();
        for (to, _, events) in &request.writes {
            for (id, text) in events {
                let version = self.versions.entry(to.clone()).or_default();
                *version += 1;
                self.events.push((to.clone(), *version, *id, text.clone()));
            }
            streams.push((stream(to), self.version(to)));
        }
        let verdict = Verdict::Accepted {
            streams,
            replayed: false,
        };
        if let Some((key, fingerprint)) = request.key {
            self.answers.insert(key, (fingerprint, verdict.clone(), None));
        }
        verdict
    }

    /// What the log answered, against the verdict; notes where new events stand, for their order in the log.
    fn compare(
        &mut self,
        request: &Request,
        verdict: &Verdict,
        answer: &Result<Appended, AppendError>,
        placed: &mut BTreeMap<Uuid, u64>,
    ) {
        match (verdict, answer) {
            (Verdict::Accepted { streams, replayed }, Ok(appended)) => {
                let reached: Vec<(StreamName, u64)> = appended
                    .streams
                    .iter()
                    .map(|(name, version)| (name.clone(), version.get()))
                    .collect();
                assert_eq!((&reached, appended.replayed), (streams, *replayed));
                let range = fixture::range(appended);
                if let Some((key, _)) = request.key {
                    let first = self.answers.get_mut(&key).unwrap().2.get_or_insert(range);
                    assert_eq!(*first, range, "a retry stands where the first try stood");
                }
                if !replayed {
                    let ids = request
                        .writes
                        .iter()
                        .flat_map(|(_, _, events)| events.iter().map(|(id, _)| *id));
                    placed.extend(ids.zip(range.0..));
                    assert_eq!(
                        placed.get(&request.writes.last().unwrap().2.last().unwrap().0),
                        Some(&range.1)
                    );
                }
            }
            (
                Verdict::WrongVersion { stream, actual },
                Err(AppendError::WrongVersion {
                    stream: named,
                    actual: said,
                    ..
                }),
            ) => {
                assert_eq!((stream.as_str(), *actual), (named.as_str(), said.get()));
            }
            (Verdict::ClaimTaken(taken), Err(AppendError::ClaimTaken { key, holder })) => {
                assert!(
                    taken.contains(&(key.to_string(), holder.clone())),
                    "{key} {holder} of {taken:?}"
                );
            }
            (Verdict::OtherPayload, Err(AppendError::IdempotencyMismatch { key, first_position })) => {
                assert_eq!(Some(*key), request.key.map(|(key, _)| key));
                assert_eq!(
                    self.answers[key].2.map(|(first, _)| first),
                    Some(first_position.get())
                );
            }
            (verdict, answer) => panic!("{request:#?}\nthe model says {verdict:?}\nthe log says {answer:?}"),
        }
    }

    /// Sends requests at once. Those that touch the same keys are answered in the order sent; the others may
    /// stand in the log in any order, so the model takes that from the answers.
    async fn send(&mut self, log: &Log, requests: Vec<Request>) {
        let before = self.events.len();
        let verdicts: Vec<Verdict> = requests.iter().map(|request| self.judge(request)).collect();
        let answers = join_all(requests.iter().map(|request| log.append(request.append()))).await;
        let mut placed = BTreeMap::new();
        // First those that were accepted, so that a misused key of the same moment knows its first use.
        for wanted in [true, false] {
            for ((request, verdict), answer) in requests.iter().zip(&verdicts).zip(&answers) {
                if answer.is_ok() == wanted {
                    self.compare(request, verdict, answer, &mut placed);
                }
            }
        }
        self.events[before..].sort_by_key(|(_, _, id, _)| placed[id]);
        let positions: BTreeSet<u64> = placed.into_values().collect();
        let new = u64::try_from(before).unwrap() + 1..=u64::try_from(self.events.len()).unwrap();
        assert!(
            positions.into_iter().eq(new),
            "positions without hole, after all before"
        );
    }

    /// An earlier request, `back` from the newest.
    fn earlier(&self, back: u8) -> Option<Request> {
        self.sent.iter().rev().cycle().nth(usize::from(back)).cloned()
    }

    async fn assert_same(&self, world: &World, log: &Log) -> anyhow::Result<()> {
        let read = all(log).await?;
        let seen: Vec<Fact> = read
            .iter()
            .map(|event| {
                let text = serde_json::from_str(&event.data).unwrap();
                (
                    event.stream.to_string(),
                    event.version.get(),
                    event.event_id,
                    text,
                )
            })
            .collect();
        assert_eq!(seen, self.events);
        assert!(read.iter().zip(1..).all(|(event, n)| event.position.get() == n));
        assert!(read.iter().map(|event| event.recorded_at).is_sorted());
        for (of, version) in &self.versions {
            let own = whole(log, of).await?;
            assert_eq!(u64::try_from(own.len())?, *version);
            assert!(
                own.iter()
                    .eq(read.iter().filter(|event| event.stream == stream(of)))
            );
            let of = [stream(of)];
            assert_eq!(log.first_events(&of).await?, [own.first().cloned()]);
            assert_eq!(log.last_events(&of).await?, [own.last().cloned()]);
        }
        let proof = log.verify(None, |_| {}).await?;
        assert_eq!((proof.fault, proof.events), (None, u64::try_from(read.len())?));
        let client = world.sql().await?;
        let pairs = "select c.key, c.holder from claims c join log_head h using (log_id) where h.name = $1";
        let claims: BTreeMap<String, String> = client
            .query(pairs, &[&log.name().as_str()])
            .await?
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect();
        assert_eq!(claims, self.claims);
        let keys =
            "select i.key from idempotency i join log_head h using (log_id) where h.name = $1 order by 1";
        let keys = client.query(keys, &[&log.name().as_str()]).await?;
        assert!(
            keys.iter()
                .map(|row| row.get::<_, Uuid>(0))
                .eq(self.answers.keys().copied())
        );
        Ok(())
    }
}

async fn run(world: &World, case: u32, steps: Vec<Step>) -> anyhow::Result<()> {
    let log_name = name(&format!("case-{case}"));
    let (mut store, mut log) = (world.store.clone(), world.store.log(&log_name).await?);
    let mut model = Model::default();
    for step in steps {
        let requests = match step {
            Step::Append(draft) => vec![model.request(draft)],
            Step::Together(drafts) => drafts.into_iter().map(|draft| model.request(draft)).collect(),
            Step::Retry(back) => model.earlier(back).into_iter().collect(),
            Step::Misuse(back, draft) => {
                let key = model.earlier(back).and_then(|earlier| earlier.key);
                let mut request = model.request(draft);
                request.key = key.map(|(key, _)| (key, [0xff; 32]));
                vec![request]
            }
            Step::Restart => {
                (store, _) = world.another_store().await?;
                log = store.log(&log_name).await?;
                Vec::new()
            }
        };
        model.send(&log, requests).await;
        let head = log.head().await?.position.get();
        assert_eq!(head, u64::try_from(model.events.len())?);
    }
    model.assert_same(world, &log).await?;
    drop(store);
    Ok(())
}

#[test]
fn the_log_does_what_the_model_does() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let world = runtime.block_on(World::open())?;
    let case = std::cell::Cell::new(0);
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(Ok(48), |cases| cases.parse())?,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&vec(step(), 1..40), |steps| {
        case.set(case.get() + 1);
        runtime
            .block_on(run(&world, case.get(), steps))
            .map_err(|error| proptest::test_runner::TestCaseError::fail(format!("{error:#}")))
    });
    runtime.block_on(async { drop(world) });
    outcome.map_err(|error| anyhow::anyhow!("{error}"))
}
