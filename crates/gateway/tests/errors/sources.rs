//! String literals of the project's Rust files, outside attributes, doc comments and unit tests.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;

/// The longest reason that `google.rpc.ErrorInfo` takes.
const REASON_BYTES_MAX: usize = 63;

/// One source file.
pub(crate) struct SourceFile {
    /// From the project's root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

/// Every Rust file below a folder of the project; none when there is no such folder.
pub(crate) fn rust_files(folder: &str) -> Vec<SourceFile> {
    let root = root();
    let mut found = Vec::new();
    let mut waiting = vec![root.join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.push(SourceFile { path, text });
            }
        }
    }
    found
}

/// `UPPER_SNAKE_CASE` of at least three characters, as a reason is.
pub(crate) fn is_written_like_a_reason(text: &str) -> bool {
    let well_spelled = text
        .bytes()
        .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
    well_spelled
        && (3..=REASON_BYTES_MAX).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && !text.ends_with('_')
}

/// The string literals of a Rust file.
pub(crate) fn string_literals(text: &str, path: &str) -> Vec<String> {
    let tokens: TokenStream = text
        .parse()
        .unwrap_or_else(|error| panic!("{path} is not Rust: {error}"));
    let mut found = Vec::new();
    crate::literals::visit_literals(tokens, &mut |literal| {
        let written = literal.to_string();
        let text = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        found.extend(text.map(str::to_owned));
    });
    found
}

#[test]
fn the_scan_reads_code_and_not_tests_or_comments() {
    let text = "/// \"NOT_THIS\"\nconst A: &str = \"THIS_ONE\"; fn f() { g(h!(\"THAT_ONE\")) }\n\
                #[cfg(test)] mod tests { const B: &str = \"NOT_THAT\"; }\nconst C: [&str; 1] = [\"LAST_ONE\"];";
    assert_eq!(
        string_literals(text, "x.rs"),
        ["THIS_ONE", "THAT_ONE", "LAST_ONE"]
    );
}
