//! Modules of a crate that need each other in a circle: none of them can be read, tested or moved alone.
//!
//! A parent and what lies in it may know each other. Paths are followed to where a name is declared: a name that the
//! crate's root shows again belongs to the module that it comes from.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::sources::{self, SourceFile};
use crate::verdict;

/// A module by the names that lead to it from the crate's root.
type ModulePath = Vec<String>;

#[test]
fn no_modules_need_each_other_in_a_circle() -> anyhow::Result<()> {
    let mut crates: BTreeMap<String, Vec<SourceFile>> = BTreeMap::new();
    for file in sources::files(".rs")? {
        if let Some(name) = file.crate_name().map(str::to_owned)
            && module_of(&file).is_some()
        {
            crates.entry(name).or_default().push(file);
        }
    }
    let mut found = Vec::new();
    for (name, files) in &crates {
        let circles = Modules::read(files)?.circles();
        found.extend(circles.into_iter().map(|circle| format!("{name}: {circle}")));
    }
    verdict(
        "modules of a crate need each other in no circle",
        &found,
        "move what both need into a module below them",
    )
}

/// The module of a file below a crate's `src/`; none for tests and programs beside the crate.
fn module_of(file: &SourceFile) -> Option<ModulePath> {
    let (_, inside) = file.path.strip_prefix("crates/")?.split_once("/src/")?;
    let mut parts: ModulePath = inside
        .strip_suffix(".rs")?
        .split('/')
        .map(str::to_owned)
        .collect();
    if parts.iter().any(|part| part == "tests") {
        return None;
    }
    if parts.last().is_some_and(|last| last == "mod") || matches!(inside, "lib.rs" | "main.rs") {
        parts.pop();
    }
    Some(parts)
}

/// The modules of one crate, what each shows again, and the paths that each names.
struct Modules {
    shown: BTreeMap<ModulePath, BTreeMap<String, ModulePath>>,
    named: BTreeMap<ModulePath, BTreeSet<Vec<String>>>,
}

impl Modules {
    fn read(files: &[SourceFile]) -> anyhow::Result<Self> {
        let mut modules = Self {
            shown: BTreeMap::new(),
            named: BTreeMap::new(),
        };
        for file in files {
            let Some(module) = module_of(file) else { continue };
            let mut paths = Paths::default();
            paths.collect(file.tokens()?);
            let shown = modules.shown.entry(module.clone()).or_default();
            for path in paths.shown {
                if let Some(name) = path.last() {
                    shown.insert(name.clone(), path.clone());
                }
                paths.named.insert(path);
            }
            modules.named.entry(module).or_default().extend(paths.named);
        }
        Ok(modules)
    }

    /// The module that declares what a path leads to, as far as that is in this crate.
    fn target(&self, from: &ModulePath, path: &[String], depth: usize) -> Option<ModulePath> {
        let mut rest = path;
        let mut at = match path.first().map(String::as_str) {
            Some("crate") => {
                rest = path.get(1..).unwrap_or_default();
                ModulePath::new()
            }
            Some("self" | "super") => from.clone(),
            // A path that begins with a name of this module: a child, or another crate.
            Some(first) if self.is_module(from, first) => from.clone(),
            Some(_) | None => return None,
        };
        for part in rest {
            match part.as_str() {
                "self" => {}
                "super" => {
                    at.pop()?;
                }
                name if self.is_module(&at, name) => at.push(name.to_owned()),
                name => {
                    let again = self.shown.get(&at).and_then(|shown| shown.get(name));
                    return match again {
                        Some(path) if depth > 0 => self.target(&at, path, depth - 1).or(Some(at.clone())),
                        Some(_) | None => Some(at),
                    };
                }
            }
        }
        Some(at)
    }

    fn is_module(&self, parent: &ModulePath, name: &str) -> bool {
        let mut path = parent.clone();
        path.push(name.to_owned());
        self.named.contains_key(&path)
    }

    /// Each circle as the names of its modules in their order, with `, ` between them.
    fn circles(&self) -> Vec<String> {
        let mut reached: BTreeMap<&ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
        for module in self.named.keys() {
            let mut waiting = vec![module.clone()];
            let mut seen = BTreeSet::new();
            while let Some(next) = waiting.pop() {
                for needed in self.needed(&next) {
                    if seen.insert(needed.clone()) {
                        waiting.push(needed);
                    }
                }
            }
            reached.insert(module, seen);
        }
        let reaches = |one: &ModulePath, other: &ModulePath| {
            reached.get(one).is_some_and(|reached| reached.contains(other))
        };
        let in_circles = self.named.keys().filter(|module| reaches(module, module));
        let circles: BTreeSet<Vec<&ModulePath>> = in_circles
            .map(|module| {
                let others = self.named.keys();
                others
                    .filter(|other| reaches(module, other) && reaches(other, module))
                    .collect()
            })
            .collect();
        circles
            .into_iter()
            .map(|circle| {
                let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
                names.join(", ")
            })
            .collect()
    }

    /// The modules that a module needs, but for those it lies in and those that lie in it.
    fn needed(&self, module: &ModulePath) -> BTreeSet<ModulePath> {
        /// Longer chains of names that are shown again do not occur.
        const SHOWN_AGAIN_MAX: usize = 8;
        let paths = self.named.get(module).into_iter().flatten();
        paths
            .filter_map(|path| self.target(module, path, SHOWN_AGAIN_MAX))
            .filter(|target| !target.starts_with(module) && !module.starts_with(target))
            .collect()
    }
}

/// The paths of one file.
#[derive(Default)]
struct Paths {
    /// Those that begin with `crate`, `self` or `super`, and all of `use`.
    named: BTreeSet<Vec<String>>,
    /// Those of `pub use`.
    shown: BTreeSet<Vec<String>>,
}

impl Paths {
    fn collect(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(word) if word == "use" => {
                    let end = (at..tokens.len()).find(|at| is_punct(tokens.get(*at), ';'));
                    let end = end.unwrap_or(tokens.len());
                    let mut leaves = BTreeSet::new();
                    branches(tokens.get(at + 1..end).unwrap_or_default(), &[], &mut leaves);
                    if is_public(&tokens, at) {
                        self.shown.extend(leaves);
                    } else {
                        self.named.extend(leaves);
                    }
                    at = end;
                }
                TokenTree::Ident(word) if word == "crate" || word == "super" => {
                    let mut path = Vec::new();
                    at = straight(&tokens, at, &mut path);
                    if path.len() > 1 {
                        self.named.insert(path);
                    }
                }
                // What only tests need makes no circle of the product.
                TokenTree::Group(group) if !is_for_tests(&tokens, at) => self.collect(group.stream()),
                TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }
}

/// Reads `a::b::c` from a place on; the last place of it.
fn straight(tokens: &[TokenTree], mut at: usize, path: &mut Vec<String>) -> usize {
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        path.push(word.to_string());
        if !is_punct(tokens.get(at + 1), ':') || !is_punct(tokens.get(at + 2), ':') {
            return at;
        }
        at += 3;
    }
    at.saturating_sub(1)
}

/// All paths of the tree of a `use`.
fn branches(tokens: &[TokenTree], before: &[String], leaves: &mut BTreeSet<Vec<String>>) {
    for branch in tokens.split(|token| is_punct(Some(token), ',')) {
        let mut path = before.to_vec();
        let end = straight(branch, 0, &mut path);
        match branch.get(end).or(branch.first()) {
            Some(TokenTree::Group(group)) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                branches(&inner, &path, leaves);
            }
            Some(_) | None => match branch.get(end + 1) {
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    branches(&inner, &path, leaves);
                }
                Some(_) | None => {
                    leaves.insert(path);
                }
            },
        }
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Whether `pub` or `pub(…)` stands before this place.
fn is_public(tokens: &[TokenTree], at: usize) -> bool {
    let before = |steps: usize| at.checked_sub(steps).and_then(|at| tokens.get(at));
    let is_pub = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Ident(word)) if word == "pub");
    is_pub(before(1)) || (matches!(before(1), Some(TokenTree::Group(_))) && is_pub(before(2)))
}

/// Whether the braces at this place belong to something under `#[cfg(test)]`.
fn is_for_tests(tokens: &[TokenTree], braces: usize) -> bool {
    for at in (0..braces).rev() {
        match tokens.get(at) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => return false,
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                if group
                    .stream()
                    .to_string()
                    .replace(' ', "")
                    .starts_with("cfg(test)")
                {
                    return true;
                }
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => return false,
            Some(_) | None => {}
        }
    }
    false
}

#[test]
fn a_circle_is_seen_through_what_is_shown_again() -> anyhow::Result<()> {
    let file = |path: &str, text: &str| SourceFile {
        path: format!("crates/x/src/{path}"),
        text: text.to_owned(),
    };
    let files = [
        file(
            "lib.rs",
            "mod a; mod b; mod c; mod d; pub use a::{A, deep::Deep}; pub use b::B;",
        ),
        file("a.rs", "mod deep; use crate::B; pub struct A;"),
        file("a/deep.rs", "use super::A; pub struct Deep;"),
        file("b.rs", "fn f() -> crate::c::C { todo!() } pub struct B;"),
        file("c.rs", "use std::fmt; use crate::{A, d::D as E}; pub struct C;"),
        file(
            "d.rs",
            "#[cfg(test)] mod tests { use crate::c::C; } pub struct D;",
        ),
    ];
    assert_eq!(Modules::read(&files)?.circles(), ["a, b, c"]);
    Ok(())
}
