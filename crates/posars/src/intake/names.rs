//! Names of files that are not dropped yet, or not for us.

/// How names end that programs give to what they are still writing.
const UNFINISHED: [&str; 5] = [".part", ".partial", ".filepart", ".crdownload", ".tmp"];
/// How names begin that are not for others: hidden ones, and the locks of spreadsheets that are open.
const NOT_FOR_US: [&str; 2] = [".", "~$"];

/// Whether a file or folder of this name, without the folders above it, is one that somebody dropped.
pub(super) fn is_dropped(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !NOT_FOR_US.iter().any(|beginning| name.starts_with(beginning))
        && !UNFINISHED.iter().any(|ending| lower.ends_with(ending))
}
