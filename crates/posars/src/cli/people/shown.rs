//! People as a command shows them: what is held, never the data itself.

use std::io::{self, Write};

use posars_privacy::{Kept, KnownPerson};

use crate::screen::table;

/// One row for each class.
pub(super) fn write_people<'a>(
    out: &mut dyn Write,
    people: impl Iterator<Item = &'a KnownPerson>,
) -> io::Result<()> {
    let rows = people.flat_map(|person| {
        let row = |class: &posars_privacy::ClassKept| {
            let (state, last_use, due) = match class.kept {
                Kept::Erased => ("erased", String::new(), String::new()),
                Kept::Held { last_used_on, due_on } => {
                    let due = due_on.map_or_else(|| "after the employment".to_owned(), |day| day.to_string());
                    ("held", last_used_on.to_string(), due)
                }
            };
            [
                person.subject_id.to_string(),
                class.class.to_string(),
                state.to_owned(),
                last_use,
                due,
            ]
        };
        person.classes.iter().map(row)
    });
    writeln!(
        out,
        "{}",
        table(["person", "kept for", "state", "last use", "erased on"], rows)
    )
}
