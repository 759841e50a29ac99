//! Which fields of a resource a change is about.

use posars_domain::reasons;
use prost_types::FieldMask;

use super::Reader;

/// Stands for every field in a mask.
const EVERY_FIELD: &str = "*";

/// Reads the fields that a mask names, one after the other; `*` names all that can change. Notes a mask that names none.
pub(super) fn read_mask(
    reader: &mut Reader,
    mask: Option<FieldMask>,
    changing: &[&str],
    mut read: impl FnMut(&mut Reader, &str),
) {
    let mask = mask.unwrap_or_default();
    if mask.paths.is_empty() {
        let problem = "name the fields to change, such as display_name";
        reader.refuse("update_mask", reasons::FIELD_REQUIRED, problem);
    }
    for path in &mask.paths {
        if path == EVERY_FIELD {
            changing.iter().for_each(|path| read(reader, path));
        } else {
            read(reader, path);
        }
    }
}
