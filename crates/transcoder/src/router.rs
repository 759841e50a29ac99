//! From a path and a method to a binding.
//!
//! A trie over segments: a literal goes before `*`, `*` before `**`, and a branch that ends without the method is
//! left again for the next. Nothing is allocated for a path that is found and has no escapes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use crate::binding::Bindings;
use crate::escape;
use crate::template::Segment;

/// Takes every method.
const ANY_METHOD: &str = "*";

pub(crate) struct Router {
    root: Node,
    verbs: BTreeSet<String>,
}

#[derive(Default)]
struct Node {
    literals: BTreeMap<String, Node>,
    any: Option<Box<Node>>,
    /// Templates whose `**` stands here.
    rest: Vec<End>,
    /// Templates that end here.
    ends: Vec<End>,
}

/// Where a template ends: the verb it asks for, the method, and the index of its binding.
struct End {
    verb: Option<String>,
    method: Method,
    binding: usize,
}

/// What a path and a method lead to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Routed<'p> {
    Found(Found<'p>),
    /// The path is known, the method is not; those that are, sorted.
    NotAllowed(Vec<Method>),
    NotFound,
}

/// A binding and the part of the path that its segments cover.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'p> {
    pub(crate) binding: usize,
    /// The path without the first slash and the verb.
    pub(crate) path: &'p str,
    /// A `HEAD` that a `GET` binding answers.
    pub(crate) without_body: bool,
}

/// A path without its verb, and the verb.
type Reading<'p> = (&'p str, Option<Cow<'p, str>>);

/// What a walk down the trie looks for.
#[derive(Clone, Copy)]
struct Wanted<'w> {
    verb: Option<&'w str>,
    method: &'w Method,
}

impl Router {
    pub(crate) fn of(bindings: &Bindings) -> Self {
        let mut router = Self {
            root: Node::default(),
            verbs: BTreeSet::new(),
        };
        for (index, binding) in bindings.iter().enumerate() {
            let end = End {
                verb: binding.template.verb.clone(),
                method: binding.method.clone(),
                binding: index,
            };
            router.verbs.extend(binding.template.verb.clone());
            router.root.insert(&binding.template.segments, end);
        }
        router
    }

    /// `path` is that of the request line, its escapes checked.
    pub(crate) fn route<'p>(&self, path: &'p str, method: &Method) -> Routed<'p> {
        let Some(path) = path.strip_prefix('/') else {
            return Routed::NotFound;
        };
        if let Some(found) = self.find(path, method, false) {
            return Routed::Found(found);
        }
        if *method == Method::HEAD
            && let Some(found) = self.find(path, &Method::GET, true)
        {
            return Routed::Found(found);
        }
        let allowed = self.allowed(path);
        if allowed.is_empty() {
            Routed::NotFound
        } else {
            Routed::NotAllowed(allowed)
        }
    }

    fn find<'p>(&self, path: &'p str, method: &Method, without_body: bool) -> Option<Found<'p>> {
        self.readings(path)
            .into_iter()
            .flatten()
            .find_map(|(path, verb)| {
                let wanted = Wanted {
                    verb: verb.as_deref(),
                    method,
                };
                let binding = self.root.find(Some(path), wanted)?;
                Some(Found {
                    binding,
                    path,
                    without_body,
                })
            })
    }

    /// The path read with a verb, if some template has that verb, and without one.
    fn readings<'p>(&self, path: &'p str) -> [Option<Reading<'p>>; 2] {
        let last = path.rfind('/').map_or(0, |slash| slash + 1);
        let colon = path.get(last..).and_then(|segment| segment.rfind(':'));
        let with_verb = colon.and_then(|colon| {
            let before = path.get(..last + colon)?;
            let verb = escape::decode(path.get(last + colon + 1..)?).ok()?;
            self.verbs.contains(verb.as_ref()).then_some((before, Some(verb)))
        });
        [with_verb, Some((path, None))]
    }

    fn allowed(&self, path: &str) -> Vec<Method> {
        let mut allowed = Vec::new();
        for (path, verb) in self.readings(path).into_iter().flatten() {
            self.root.collect(Some(path), verb.as_deref(), &mut allowed);
        }
        if allowed.contains(&Method::GET) {
            allowed.push(Method::HEAD);
        }
        allowed.sort_by(|left, right| left.as_str().cmp(right.as_str()));
        allowed.dedup();
        allowed
    }
}

impl Node {
    fn insert(&mut self, segments: &[Segment], end: End) {
        match segments.split_first() {
            None => self.ends.push(end),
            Some((Segment::Literal(text), left)) => {
                self.literals.entry(text.clone()).or_default().insert(left, end);
            }
            Some((Segment::Any, left)) => self.any.get_or_insert_default().insert(left, end),
            Some((Segment::Rest, _nothing)) => self.rest.push(end),
        }
    }

    /// `path` is what is left of it: nothing, or a segment and perhaps more.
    fn find(&self, path: Option<&str>, wanted: Wanted<'_>) -> Option<usize> {
        let Some(path) = path else {
            return matching(&self.ends, wanted).or_else(|| matching(&self.rest, wanted));
        };
        let (segment, left) = step(path);
        let literal = self.literal(segment).and_then(|node| node.find(left, wanted));
        literal
            .or_else(|| {
                let any = self.any.as_ref().filter(|_| !segment.is_empty())?;
                any.find(left, wanted)
            })
            .or_else(|| matching(&self.rest, wanted))
    }

    fn collect(&self, path: Option<&str>, verb: Option<&str>, allowed: &mut Vec<Method>) {
        let mut add = |ends: &[End]| {
            let fitting = ends.iter().filter(|end| end.verb.as_deref() == verb);
            allowed.extend(fitting.map(|end| end.method.clone()));
        };
        add(&self.rest);
        let Some(path) = path else {
            add(&self.ends);
            return;
        };
        let (segment, left) = step(path);
        if let Some(node) = self.literal(segment) {
            node.collect(left, verb, allowed);
        }
        if let Some(node) = self.any.as_ref().filter(|_| !segment.is_empty()) {
            node.collect(left, verb, allowed);
        }
    }

    fn literal(&self, segment: &str) -> Option<&Node> {
        if self.literals.is_empty() {
            return None;
        }
        let text = escape::decode(segment).ok()?;
        self.literals.get(text.as_ref())
    }
}

fn step(path: &str) -> (&str, Option<&str>) {
    match path.split_once('/') {
        Some((segment, left)) => (segment, Some(left)),
        None => (path, None),
    }
}

/// The end of this method, else one that takes every method.
fn matching(ends: &[End], wanted: Wanted<'_>) -> Option<usize> {
    let of_verb = || ends.iter().filter(|end| end.verb.as_deref() == wanted.verb);
    of_verb()
        .find(|end| end.method == *wanted.method)
        .or_else(|| of_verb().find(|end| end.method.as_str() == ANY_METHOD))
        .map(|end| end.binding)
}

/// The text of each of these segments' variable: from the first byte of segment `begin` to the last of segment `end`.
///
/// `takes_rest` says that the last segment is `**`, which covers what is left and may be nothing.
pub(crate) fn captured(path: &str, begin: usize, end: usize, takes_rest: bool) -> &str {
    let from = nth_segment(path, begin);
    let to = if takes_rest {
        path.len()
    } else {
        nth_segment(path, end).saturating_sub(1)
    };
    path.get(from..to.max(from)).unwrap_or_default()
}

/// Where the segment with this index begins; behind the end, and one for the slash, where there is none.
fn nth_segment(path: &str, index: usize) -> usize {
    if index == 0 {
        return 0;
    }
    let mut slashes = path.match_indices('/');
    slashes.nth(index - 1).map_or(path.len() + 1, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(templates: &[(&str, &str)]) -> Router {
        let mut router = Router {
            root: Node::default(),
            verbs: BTreeSet::new(),
        };
        for (index, (method, template)) in templates.iter().enumerate() {
            let template: crate::PathTemplate = template.parse().unwrap();
            router.verbs.extend(template.verb.clone());
            let end = End {
                verb: template.verb.clone(),
                method: method.parse().unwrap(),
                binding: index,
            };
            router.root.insert(&template.segments, end);
        }
        router
    }

    fn found(router: &Router, method: &str, path: &str) -> Option<usize> {
        match router.route(path, &method.parse().unwrap()) {
            Routed::Found(found) => Some(found.binding),
            Routed::NotAllowed(_) | Routed::NotFound => None,
        }
    }

    #[test]
    fn takes_the_most_literal_path_and_leaves_dead_ends() {
        let router = router(&[
            ("GET", "/v1/{a}"),
            ("GET", "/v1/shelves"),
            ("GET", "/v1/shelves/{b}/books"),
            ("GET", "/v1/{a}/first/pages"),
            ("GET", "/v1/{a=**}"),
            ("POST", "/v1/shelves/mine"),
            ("GET", "/v1/shelves/{b}"),
        ]);
        for (path, expected) in [
            ("/v1/shelves", 1),
            ("/v1/other", 0),
            ("/v1/sh%65lves", 1),
            ("/v1/shelves/x/books", 2),
            ("/v1/shelves/first/pages", 3),
            ("/v1/shelves/x/pages", 4),
            ("/v1", 4),
            ("/v1/", 4),
            ("/v1/a//b/", 4),
            ("/v1/shelves/mine", 6),
        ] {
            assert_eq!(found(&router, "GET", path), Some(expected), "{path}");
        }
        assert_eq!(found(&router, "GET", "/v2"), None);
        assert_eq!(found(&router, "GET", "/"), None);
    }

    #[test]
    fn splits_a_verb_only_where_one_is_known() {
        let router = router(&[
            ("POST", "/v1/{name=shelves/*}:check"),
            ("GET", "/v1/{name=shelves/*}"),
            ("POST", "/v1/shelves:import"),
            ("POST", "/v1/**"),
        ]);
        assert_eq!(found(&router, "POST", "/v1/shelves/a:check"), Some(0));
        assert_eq!(found(&router, "POST", "/v1/shelves/a:b:check"), Some(0));
        assert_eq!(found(&router, "GET", "/v1/shelves/a:check"), Some(1));
        assert_eq!(found(&router, "GET", "/v1/shelves/a:other"), Some(1));
        assert_eq!(found(&router, "POST", "/v1/shelves:import"), Some(2));
        assert_eq!(found(&router, "POST", "/v1/x/a:import"), Some(3));
    }

    #[test]
    fn names_the_methods_of_a_known_path() {
        let router = router(&[
            ("GET", "/v1/a"),
            ("POST", "/v1/{x}"),
            ("POST", "/v1/a"),
            ("DELETE", "/v1/b"),
        ]);
        let allowed = Routed::NotAllowed(vec![Method::GET, Method::HEAD, Method::POST]);
        assert_eq!(router.route("/v1/a", &Method::PUT), allowed);
        assert_eq!(router.route("/v1/b/c", &Method::PUT), Routed::NotFound);
        let head = Found {
            binding: 0,
            path: "v1/a",
            without_body: true,
        };
        assert_eq!(router.route("/v1/a", &Method::HEAD), Routed::Found(head));
    }

    #[test]
    fn a_named_method_goes_before_any() {
        let router = router(&[("*", "/v1/a"), ("GET", "/v1/a")]);
        assert_eq!(found(&router, "GET", "/v1/a"), Some(1));
        assert_eq!(found(&router, "PURGE", "/v1/a"), Some(0));
    }

    #[test]
    fn captures_whole_segments() {
        assert_eq!(captured("v1/shelves/a/books/b", 1, 5, false), "shelves/a/books/b");
        assert_eq!(captured("v1/shelves/a/books/b", 2, 3, false), "a");
        assert_eq!(captured("v1/files/a/b/c", 1, 3, true), "files/a/b/c");
        assert_eq!(captured("v1/files", 1, 3, true), "files");
        assert_eq!(captured("v1", 1, 2, true), "");
        assert_eq!(captured("v1/", 1, 2, true), "");
    }
}
