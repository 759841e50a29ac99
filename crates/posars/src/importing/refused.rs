//! A file that is refused whole, as a failure; its code is the importer's.

use posars_xls_importer::{FileRefusal, Language, ParserDeath};

use crate::failure::{Exit, Failure};

/// The word of the importer for the field that names the store.
const STORE: &str = "store";

/// SIGHUP, SIGINT, SIGKILL and SIGTERM: signals that no workbook causes.
const FROM_OUTSIDE: [i32; 4] = [1, 2, 9, 15];

/// The failure of a file, which `label` names.
pub(crate) fn refused(label: &str, refusal: &FileRefusal, language: Language) -> Failure {
    let exit = match refusal {
        FileRefusal::ParserUnavailable { .. } => Exit::Unavailable,
        // Somebody else ended it: the kernel for want of memory, a service manager, a person. The file may be good.
        FileRefusal::ParserDied {
            cause: ParserDeath::Signal { number },
        } if FROM_OUTSIDE.contains(number) => Exit::Unavailable,
        FileRefusal::NoSuchSheet { .. }
        | FileRefusal::NeedsMapping { .. }
        | FileRefusal::UnclearColumns { .. }
        | FileRefusal::CountWithoutCost { .. } => Exit::Usage,
        FileRefusal::Unreadable { .. }
        | FileRefusal::Encrypted
        | FileRefusal::UnknownCodePage { .. }
        | FileRefusal::XlsTooWide { .. }
        | FileRefusal::UnsupportedFormat { .. }
        | FileRefusal::Corrupt { .. }
        | FileRefusal::XmlDtdForbidden { .. }
        | FileRefusal::TooLarge { .. }
        | FileRefusal::TooManyRows { .. }
        | FileRefusal::TooManyCells { .. }
        | FileRefusal::ParserDied { .. }
        | FileRefusal::NoHeader { .. }
        | FileRefusal::NotKnownKind { .. } => Exit::Failure,
    };
    let failure = match refusal.parts(language) {
        (what, Some(next)) => Failure::new(exit, refusal.code(), what).next(next),
        (what, None) => Failure::new(exit, refusal.code(), what),
    };
    let failure = match (refusal, failure.next.clone()) {
        (FileRefusal::NeedsMapping { missing, .. }, Some(next))
            if missing.iter().any(|field| field == STORE) =>
        {
            failure.next(format!(
                "{next} {}",
                language.pick(
                    "ou, se for tudo de uma loja, --store LOJA",
                    "or, if all is of one store, --store STORE"
                )
            ))
        }
        _ => failure,
    };
    Failure {
        message: format!("{label}: {}", failure.message),
        ..failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_that_somebody_ended_says_nothing_about_the_file() {
        let exit = |cause| refused("v.xlsx", &FileRefusal::ParserDied { cause }, Language::En).exit;
        for number in FROM_OUTSIDE {
            assert_eq!(
                exit(ParserDeath::Signal { number }),
                Exit::Unavailable,
                "{number}"
            );
        }
        // Crashes, and the limits that we set ourselves.
        assert_eq!(exit(ParserDeath::Signal { number: 11 }), Exit::Failure);
        assert_eq!(exit(ParserDeath::Memory), Exit::Failure);
        assert_eq!(exit(ParserDeath::CpuTime), Exit::Failure);
        assert_eq!(exit(ParserDeath::Deadline { seconds: 300 }), Exit::Failure);
    }
}
