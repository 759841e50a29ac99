//! One command on its way through the door: its parts, their streams, and how its rejections name their fields.

use std::collections::HashMap;

use posars_domain::{Aggregate, Command, Path, Rejection, Told};
use posars_event_store::{InvalidName, StreamName};

use crate::CommandError;
use crate::facts::Absent;
use crate::keys::stream_of;

/// One thing to carry out: the command itself, or the parts of a compound one.
pub(crate) struct Job<'a, C: Command> {
    pub(crate) name: &'static str,
    pub(crate) parts: &'a [C],
    /// The streams, each once, with the first part that is about it.
    pub(crate) targets: Vec<(StreamName, &'a C)>,
    /// Which of the streams each part is about.
    pub(crate) target_of: Vec<usize>,
    /// The path of a part's field in the whole; `None` where the part is the whole.
    pub(crate) path_of_part: Option<&'a (dyn Fn(usize, Path) -> Path + Sync)>,
}

/// The streams of parts, each once with the first part that is about it, and which of them each part is about.
#[expect(clippy::type_complexity, reason = "two lists that are made in one go")]
pub(crate) fn targets<C: Command>(parts: &[C]) -> Result<(Vec<(StreamName, &C)>, Vec<usize>), InvalidName> {
    let mut places: HashMap<StreamName, usize> = HashMap::with_capacity(parts.len());
    let mut targets = Vec::with_capacity(parts.len());
    let mut target_of = Vec::with_capacity(parts.len());
    for part in parts {
        let stream = stream_of::<C::Of>(part.stream_id())?;
        let place = *places.entry(stream.clone()).or_insert(targets.len());
        if place == targets.len() {
            targets.push((stream, part));
        }
        target_of.push(place);
    }
    Ok((targets, target_of))
}

impl<C: Command> Job<'_, C> {
    pub(crate) fn rejected(&self, index: usize, rejection: <C::Of as Aggregate>::Rejection) -> CommandError {
        match self.path_of_part {
            None => CommandError::rejected(rejection),
            Some(path_of_part) => {
                let path = rejection.told().path;
                let path = path.map(|path| path_of_part(index, path));
                CommandError::rejected(InPart { path, rejection })
            }
        }
    }

    pub(crate) fn rejected_absent<R: Rejection>(&self, absent: Absent<R>) -> CommandError {
        let Absent {
            index,
            path,
            rejection,
        } = absent;
        let path = match self.path_of_part {
            None => path,
            Some(path_of_part) => path_of_part(index, path),
        };
        let path = Some(path);
        CommandError::rejected(InPart { path, rejection })
    }
}

/// A rejection of one part, which knows where its field is in the whole command.
#[derive(Debug, thiserror::Error)]
#[error("{rejection}")]
struct InPart<R: Rejection> {
    path: Option<Path>,
    rejection: R,
}

impl<R: Rejection> Rejection for InPart<R> {
    fn told(&self) -> Told {
        Told {
            path: self.path,
            ..self.rejection.told()
        }
    }
}
