//! Writes the rules out of the protos: for each area the shortest beginnings of paths that are its alone.

use std::collections::{BTreeMap, BTreeSet};

use posars_gateway::Area;
use posars_transcoder::{Bindings, Segment};
use prost_reflect::DescriptorPool;
use serde_json::{Value, json};

/// Longest value of a condition, and most values of a rule.
const VALUE_BYTES_MAX: usize = 128;
const VALUES_MAX: usize = 5;
/// gRPC in each of its spellings, and not gRPC-Web, which is plain HTTP.
const GRPC_TYPES: [&str; 3] = ["application/grpc", "application/grpc+*", "application/grpc;*"];
/// Who serves what every role serves, such as the documentation. Not the role that the tills wait for.
const DEFAULT_AREA: &str = "reporting";

/// What is at one place of the tree of all paths.
#[derive(Default)]
struct Node {
    /// The area of each verb that ends here; the empty one is none.
    ends: BTreeMap<String, &'static str>,
    /// By the next segment; `*` for an id.
    deeper: BTreeMap<String, Node>,
}

impl Node {
    fn areas(&self) -> BTreeSet<&'static str> {
        let deeper = self.deeper.values().flat_map(Node::areas);
        self.ends.values().copied().chain(deeper).collect()
    }

    /// The area of all that is here and deeper, if it is one.
    fn only_area(&self) -> Option<&'static str> {
        let mut areas = self.areas().into_iter();
        areas.next().filter(|_| areas.next().is_none())
    }

    /// Collects the expressions of each area for what is here and deeper.
    fn write(&self, beginning: &str, found: &mut BTreeMap<&'static str, Vec<String>>) {
        self.write_ends(beginning, found);
        let mut alone: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
        for (name, node) in &self.deeper {
            match node.only_area() {
                Some(area) if name != "*" => alone.entry(area).or_default().push(name),
                Some(_) | None => {
                    let segment = if name == "*" { "[^/]+" } else { name };
                    node.write(&format!("{beginning}/{segment}"), found);
                }
            }
        }
        for (area, names) in alone {
            let expressions = alternatives(beginning, &names);
            found.entry(area).or_default().extend(expressions);
        }
    }

    /// What ends here and does not go on: the path itself and the path with a verb.
    fn write_ends(&self, beginning: &str, found: &mut BTreeMap<&'static str, Vec<String>>) {
        // An id at the end must not take its verb for a part of it.
        let path = match beginning.strip_suffix("[^/]+") {
            Some(before) => format!("{before}[^/:]+"),
            None => beginning.to_owned(),
        };
        let mut verbs: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
        for (verb, area) in &self.ends {
            verbs.entry(area).or_default().push(verb);
        }
        for (area, mut verbs) in verbs {
            let is_bare = verbs.first() == Some(&"");
            verbs.retain(|verb| !verb.is_empty());
            let verb = match (is_bare, verbs.is_empty()) {
                (_, true) => String::new(),
                (true, false) => format!("(:({}))?", verbs.join("|")),
                (false, false) => format!(":({})", verbs.join("|")),
            };
            found.entry(area).or_default().push(format!("^{path}{verb}$"));
        }
    }
}

/// `^/v1/x/(a|b)([/:].*)?$`, in as many expressions as their length asks for.
fn alternatives(beginning: &str, names: &[&str]) -> Vec<String> {
    let whole = |names: &[&str]| format!("^{beginning}/({})([/:].*)?$", names.join("|"));
    let mut expressions = Vec::new();
    let mut rest: Vec<&str> = Vec::new();
    for name in names {
        let mut longer = rest.clone();
        longer.push(name);
        if whole(&longer).len() > VALUE_BYTES_MAX {
            expressions.push(whole(&rest));
            longer = vec![name];
        }
        rest = longer;
    }
    expressions.push(whole(&rest));
    expressions
}

/// The area whose role serves a service.
pub(crate) fn area_of(service: &str) -> anyhow::Result<&'static str> {
    let area = Area::of_service(service);
    let area = area.ok_or_else(|| anyhow::anyhow!("no role serves {service}"))?;
    Ok(area.name())
}

fn tree(bindings: &Bindings) -> anyhow::Result<Node> {
    let mut root = Node::default();
    for binding in bindings.iter() {
        let area = area_of(binding.rpc.parent_service().full_name())?;
        let mut node = &mut root;
        for segment in &binding.template.segments {
            let name = match segment {
                Segment::Literal(name) => name.clone(),
                Segment::Any => "*".to_owned(),
                Segment::Rest => anyhow::bail!("{}: ** needs a rule of its own", binding.template),
            };
            node = node.deeper.entry(name).or_default();
        }
        let verb = binding.template.verb.clone().unwrap_or_default();
        let before = node.ends.insert(verb, area);
        anyhow::ensure!(
            before.is_none_or(|before| before == area),
            "{} is served by two areas, by method; the balancer's rules look at the path alone",
            binding.template
        );
    }
    Ok(root)
}

/// The file of rules.
pub(crate) fn routes(pool: &DescriptorPool) -> anyhow::Result<Value> {
    let mut packages: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for service in pool.services() {
        if let Ok(area) = area_of(service.full_name()) {
            let package = service.full_name().split('.').nth(1).unwrap_or_default();
            packages
                .entry(area)
                .or_default()
                .insert(format!("/posars.{package}.*"));
        }
    }
    let mut rules = Vec::new();
    for (area, paths) in &packages {
        rules.push(json!({
            "area": area, "protocol": "grpc", "paths": paths, "path_expressions": [], "content_types": GRPC_TYPES,
        }));
        rules.push(json!({
            "area": area, "protocol": "http", "paths": paths, "path_expressions": [], "content_types": [],
        }));
    }
    let mut expressions = BTreeMap::new();
    tree(&Bindings::of(pool)?)?.write("", &mut expressions);
    for (area, expressions) in &expressions {
        for some in expressions.chunks(VALUES_MAX) {
            rules.push(json!({
                "area": area, "protocol": "http", "paths": [], "path_expressions": some, "content_types": [],
            }));
        }
    }
    rules.push(json!({
        "area": DEFAULT_AREA, "protocol": "grpc", "paths": [], "path_expressions": [], "content_types": GRPC_TYPES,
    }));
    Ok(json!({ "default_area": DEFAULT_AREA, "rules": rules }))
}
