//! Who a command is about: the person that it names, whoever has the tax number, or somebody new.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use posars_domain::person::{GivenPerson, Person, PersonSought, WhenErased};
use posars_domain::{RetentionClass, SubjectId};
use posars_event_store::{StreamName, Version};
use posars_keyring::Found;
use uuid::Uuid;

use crate::keys::stream_of;
use crate::known_persons::KnownPerson;
use crate::{BATCH_MAX, CommandError, Commands};

/// The persons that the commands of one call are about.
#[derive(Debug, Default)]
pub(crate) struct People {
    newcomers: HashMap<Newcomer, SubjectId>,
    new: HashSet<SubjectId>,
    /// Who has each tax number that was asked for.
    found: HashMap<Box<str>, Vec<Found>>,
}

/// Somebody who was nobody before: the same one over all tries of a command, and in all commands of a batch.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Newcomer {
    /// By a tax number.
    Found(Box<str>),
    /// By nothing: which command or part it is.
    Nameless(usize),
}

impl People {
    /// For another try: all are looked for anew, and who is new stays who they are.
    pub(crate) fn again(self) -> Self {
        Self {
            newcomers: self.newcomers,
            new: self.new,
            found: HashMap::new(),
        }
    }

    /// Whether this person is new.
    pub(crate) fn is_new(&self, subject: &SubjectId) -> bool {
        self.new.contains(subject)
    }

    /// The id of somebody new. Random: nothing can be told from it.
    fn newcomer(&mut self, index: usize, finder: Option<&str>) -> Result<SubjectId, CommandError> {
        let newcomer = match finder {
            Some(finder) => Newcomer::Found(finder.into()),
            None => Newcomer::Nameless(index),
        };
        if let Some(known) = self.newcomers.get(&newcomer) {
            return Ok(known.clone());
        }
        let subject: SubjectId = format!("p-{}", Uuid::new_v4().simple())
            .parse()
            .map_err(CommandError::rejected)?;
        self.newcomers.insert(newcomer, subject.clone());
        self.new.insert(subject.clone());
        Ok(subject)
    }

    /// Whether nobody is new.
    pub(crate) fn all_known(&self) -> bool {
        self.new.is_empty()
    }
}

impl Commands {
    /// The person that a command is about; `index` tells apart those of one call who are found by nothing.
    pub(crate) async fn person(
        &self,
        sought: PersonSought<'_>,
        index: usize,
        people: &mut People,
    ) -> Result<Arc<KnownPerson>, CommandError> {
        self.learn_people(&[sought], people).await?;
        if let Some(subject) = sought.subject {
            let person = self.known_person(subject).await?;
            if !is_to_be_replaced(&person, &sought) {
                return Ok(person);
            }
        }
        let found = sought.finder.and_then(|finder| people.found.get(finder));
        for found in found.into_iter().flatten() {
            // A number puts nobody's data under another class: whoever typed a buyer's CPF for an employee would make the two
            // one person, for ever.
            if found.class != sought.class {
                continue;
            }
            let person = self.known_person(&found.subject).await?;
            if !person.has_lost(found.class) {
                return Ok(person);
            }
            // Somebody died between telling of the erasure and destroying the keys.
            self.destroy_lost(&person).await?;
        }
        let subject = people.newcomer(index, sought.finder)?;
        self.new_person(subject)
    }

    /// Looks up together whom commands are about, as far as that is not known: one question for the tax numbers, and one
    /// for the persons.
    pub(crate) async fn learn_people(
        &self,
        sought: &[PersonSought<'_>],
        people: &mut People,
    ) -> Result<(), CommandError> {
        let named: Vec<&SubjectId> = sought.iter().filter_map(|sought| sought.subject).collect();
        self.learn_persons(&named).await?;
        let (mut buyers, mut others) = (Vec::new(), Vec::new());
        for sought in sought {
            let Some(finder) = sought.finder.filter(|finder| !people.found.contains_key(*finder)) else {
                continue;
            };
            let stands = match sought.subject {
                Some(subject) => !is_to_be_replaced(&*self.known_person(subject).await?, sought),
                None => false,
            };
            match sought.class {
                _ if stands => {}
                RetentionClass::Fiscal => buyers.push(finder),
                RetentionClass::Labour | RetentionClass::Contact => others.push(finder),
            }
        }
        let mut subjects = Vec::new();
        let found_buyers = self.keyring.find_buyers(&buyers).await?;
        let found_others = self.keyring.find_all(&others).await?;
        let finders = buyers.into_iter().chain(others);
        for (finder, found) in finders.zip(found_buyers.into_iter().chain(found_others)) {
            subjects.extend(found.iter().map(|found| found.subject.clone()));
            people.found.insert(finder.into(), found);
        }
        self.learn_persons(&subjects.iter().collect::<Vec<_>>()).await
    }

    /// A person as they stand.
    pub(crate) async fn known_person(&self, subject: &SubjectId) -> Result<Arc<KnownPerson>, CommandError> {
        if let Some(known) = self.shared.persons.get(subject) {
            return Ok(known);
        }
        self.read_person(subject).await
    }

    /// Reads persons that are not known. Nearly nobody has a stream: one question tells who.
    async fn learn_persons(&self, subjects: &[&SubjectId]) -> Result<(), CommandError> {
        let mut unknown: Vec<&SubjectId> = subjects.to_vec();
        unknown.retain(|subject| self.shared.persons.get(subject).is_none());
        unknown.sort_unstable();
        unknown.dedup();
        for some in unknown.chunks(BATCH_MAX) {
            let streams: Vec<StreamName> = some
                .iter()
                .map(|subject| stream_of_person(subject))
                .collect::<Result<_, _>>()?;
            let last = self.shared.log.last_events(&streams).await?;
            for ((subject, stream), last) in some.iter().zip(streams).zip(last) {
                match last {
                    None => self.shared.persons.keep(&Arc::new(untold(subject, stream))),
                    Some(_) => drop(self.read_person(subject).await?),
                }
            }
        }
        Ok(())
    }

    /// Reads a person. Of one of whom something was erased, the keys are destroyed in case they are still there.
    async fn read_person(&self, subject: &SubjectId) -> Result<Arc<KnownPerson>, CommandError> {
        let stream = stream_of_person(subject)?;
        let loaded = self.load::<Person>(&stream, |_| false).await?;
        let mut person = untold(subject, stream);
        person.given.erased = loaded.state.erased;
        person.version = loaded.version;
        let person = Arc::new(person);
        self.destroy_lost(&person).await?;
        self.shared.persons.keep(&person);
        Ok(person)
    }

    /// Somebody whose id was made a moment ago: no stream has it.
    fn new_person(&self, subject: SubjectId) -> Result<Arc<KnownPerson>, CommandError> {
        let person = Arc::new(untold(&subject, stream_of_person(&subject)?));
        if self.writes {
            self.shared.persons.keep(&person);
        }
        Ok(person)
    }

    async fn destroy_lost(&self, person: &KnownPerson) -> Result<(), CommandError> {
        let GivenPerson { subject_id, erased } = &person.given;
        if erased.is_empty() || !self.writes {
            return Ok(());
        }
        let erased: Vec<_> = erased.iter().copied().collect();
        let destroyed = self.keyring.destroy(subject_id, &erased).await?;
        if destroyed > 0 {
            tracing::warn!(
                keys = destroyed,
                "keys of an erased person were still there and are destroyed now"
            );
        }
        Ok(())
    }

    /// Whether what was kept of a person under a class was erased, as far as the log tells.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn is_erased(&self, subject: &SubjectId, class: RetentionClass) -> Result<bool, CommandError> {
        if let Some(known) = self.shared.persons.get(subject)
            && known.has_lost(class)
        {
            return Ok(true);
        }
        // What is kept may be older than the erasure.
        let stream = stream_of_person(subject)?;
        let loaded = self.load::<Person>(&stream, |_| false).await?;
        Ok(loaded.state.erased.contains(&class))
    }

    /// Forgets what is kept of a person in memory, as after an erasure.
    pub fn forget_person(&self, subject: &SubjectId) {
        self.shared.persons.forget(subject);
        self.keyring.forget(subject);
    }

    /// The same, of the person whose stream this is, if it is one.
    pub(crate) fn forget_person_of(&self, stream: &StreamName) {
        if let Some(subject) = self.shared.persons.forget_stream(stream) {
            self.keyring.forget(&subject);
        }
    }
}

/// Whether somebody else takes the place of a person who was named.
fn is_to_be_replaced(person: &KnownPerson, sought: &PersonSought<'_>) -> bool {
    person.has_lost(sought.class) && sought.when_erased == WhenErased::Replaced
}

/// A person of whom nothing was erased.
fn untold(subject: &SubjectId, stream: StreamName) -> KnownPerson {
    KnownPerson {
        given: GivenPerson {
            subject_id: subject.clone(),
            erased: BTreeSet::new(),
        },
        stream,
        version: Version::START,
    }
}

fn stream_of_person(subject: &SubjectId) -> Result<StreamName, CommandError> {
    Ok(stream_of::<Person>(Person::stream_id(subject))?)
}
