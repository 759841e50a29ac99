//! The project's files, and Rust files as tokens.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Deeper than any folder of the project; stops a link that leads back.
const DEPTH_MAX: usize = 16;

/// One file of the project.
pub(crate) struct SourceFile {
    /// From the project's root, with `/`.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

impl SourceFile {
    /// Whether it only serves tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/")
    }

    /// The folder below `crates/`, for files that are in one.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The tokens of a Rust file.
    ///
    /// # Errors
    /// When it is not Rust.
    pub(crate) fn tokens(&self) -> anyhow::Result<TokenStream> {
        self.text
            .parse()
            .map_err(|error| anyhow::anyhow!("{} is not Rust: {error}", self.path))
    }
}

/// The project's root.
///
/// # Errors
/// When the sources have been moved since the build.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .map(Path::to_owned)
        .with_context(|| format!("{} is not two folders below the project's root", here.display()))
}

/// Every file of the project whose name ends so, in the order of the paths.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn files(ending: &str) -> anyhow::Result<Vec<SourceFile>> {
    let root = root()?;
    let mut found = Vec::new();
    walk(&root, &mut |path| {
        let relative = path.strip_prefix(&root)?.to_string_lossy().into_owned();
        // A file that is not text has no rules to follow.
        if relative.ends_with(ending)
            && let Ok(text) = String::from_utf8(std::fs::read(path)?)
        {
            found.push(SourceFile { path: relative, text });
        }
        Ok(())
    })?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    anyhow::ensure!(
        !found.is_empty(),
        "no file ends in {ending}: this check checks nothing"
    );
    Ok(found)
}

/// One file by its path from the root.
///
/// # Errors
/// When it is not there.
pub(crate) fn file(path: &str) -> anyhow::Result<SourceFile> {
    let text = std::fs::read_to_string(root()?.join(path))
        .with_context(|| format!("reading {path}, which this project must have"))?;
    Ok(SourceFile {
        path: path.to_owned(),
        text,
    })
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        anyhow::ensure!(
            depth <= DEPTH_MAX,
            "{} lies too deep; is it a loop?",
            folder.display()
        );
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Hidden folders belong to tools, with one exception.
            let is_ours = (!name.starts_with('.') || name == ".ci") && name != "target";
            if !is_ours {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push((entry.path(), depth + 1));
            } else if kind.is_file() {
                visit(&entry.path())?;
            }
        }
    }
    Ok(())
}

/// Something that a Rust file declares.
pub(crate) struct Declaration {
    /// `fn`, `struct`, `enum`, `trait`, `type` or `mod`.
    pub(crate) keyword: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// Where, from 1.
    pub(crate) line: usize,
    /// First and last line between its braces; none without a body.
    pub(crate) body: Option<(usize, usize)>,
    /// Whether a trait that is implemented here prescribes the name.
    pub(crate) is_prescribed: bool,
}

const KEYWORDS: [&str; 6] = ["fn", "struct", "enum", "trait", "type", "mod"];

/// Everything that is declared in these tokens, at any depth.
pub(crate) fn declarations(tokens: TokenStream) -> Vec<Declaration> {
    let mut found = Vec::new();
    declare(tokens, false, &mut found);
    found
}

fn declare(tokens: TokenStream, in_trait_impl: bool, found: &mut Vec<Declaration>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) => {
                let keyword = KEYWORDS.into_iter().find(|keyword| word == keyword);
                if let (Some(keyword), Some(TokenTree::Ident(name))) = (keyword, tokens.get(at + 1)) {
                    found.push(Declaration {
                        keyword,
                        name: name.to_string(),
                        line: name.span().start().line,
                        body: body_after(&tokens, at).map(lines_within),
                        is_prescribed: in_trait_impl,
                    });
                }
            }
            TokenTree::Group(group) => {
                let deeper = group.delimiter() == Delimiter::Brace && is_trait_impl(&tokens, at);
                declare(group.stream(), deeper, found);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn body_after(tokens: &[TokenTree], at: usize) -> Option<&Group> {
    for token in tokens.iter().skip(at) {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Some(group),
            TokenTree::Punct(punct) if punct.as_char() == ';' => return None,
            TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    None
}

fn lines_within(group: &Group) -> (usize, usize) {
    let first = group.span_open().start().line + 1;
    (first, group.span_close().start().line.saturating_sub(1))
}

/// Whether the braces at this place belong to `impl Trait for Type`.
fn is_trait_impl(tokens: &[TokenTree], braces: usize) -> bool {
    let mut is_for = false;
    for at in (0..braces).rev() {
        match tokens.get(at) {
            // `for<'a>` binds a lifetime and names no type.
            Some(TokenTree::Ident(word)) if word == "for" => {
                is_for |=
                    !matches!(tokens.get(at + 1), Some(TokenTree::Punct(punct)) if punct.as_char() == '<');
            }
            Some(TokenTree::Ident(word)) if word == "impl" => return is_for,
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => return false,
            Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => return false,
            Some(_) | None => {}
        }
    }
    false
}

#[test]
fn the_scanner_sees_what_it_should() -> anyhow::Result<()> {
    let text = "mod a { fn b() { let x = 1; } impl T for S { fn c(&self) {} } impl S { fn d(); } }\n\
                #[doc = \"no\"] fn e() {\n \"yes\"\n}\n#[cfg(test)] mod tests { const X: &str = \"no\"; }";
    let file = SourceFile {
        path: "x.rs".to_owned(),
        text: text.to_owned(),
    };
    let found = declarations(file.tokens()?);
    let shown: Vec<String> = found
        .iter()
        .map(|one| format!("{} {} {}", one.keyword, one.name, one.is_prescribed))
        .collect();
    let expected = [
        "mod a false",
        "fn b false",
        "fn c true",
        "fn d false",
        "fn e false",
        "mod tests false",
    ];
    assert_eq!(shown, expected);
    assert_eq!(
        found.iter().find(|one| one.name == "e").and_then(|one| one.body),
        Some((3, 3))
    );
    let mut literals = Vec::new();
    crate::literals::visit_literals(file.tokens()?, &mut |literal| literals.push(literal.to_string()));
    assert_eq!(literals, ["1", "\"yes\""]);
    Ok(())
}
