//! Query parameters into fields: `a.b=1`, `ids=1&ids=2`, `labels[key]=value`.

use std::borrow::Cow;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

use crate::binding::Body;
use crate::escape;
use crate::failure::Failure;
use crate::message::oneof_rival;
use crate::nearest;
use crate::options::TranscoderOptions;
use crate::parameters;
use crate::reason::{self, Reason};
use crate::route::Route;
use crate::text_value;

/// Deepest field that a parameter may name.
const DEPTH_MAX: usize = 32;

/// What a parameter's name leads to.
enum Place<'q> {
    /// A field that the query may set, and the key if it is a map.
    Field {
        chain: Vec<FieldDescriptor>,
        map_key: Option<&'q str>,
    },
    /// A field that the path or the body sets.
    Taken,
    Unknown,
}

/// What is wrong with a parameter that a strict query may not have.
const IN_PATH_OR_BODY: &str = "the path or the body gives it";

struct Query<'r> {
    route: &'r Route,
    options: &'r TranscoderOptions,
    /// Single fields that a parameter has set. A message does not tell, where a field has its default.
    seen: Vec<(Vec<FieldDescriptor>, Option<String>)>,
    ignored: u64,
}

/// Sets the fields that the query names; gives the number of parameters that name none.
pub(crate) fn apply(
    query: &str,
    message: &mut DynamicMessage,
    route: &Route,
    options: &TranscoderOptions,
) -> Result<u64, Failure> {
    let mut state = Query {
        route,
        options,
        seen: Vec::new(),
        ignored: 0,
    };
    let refuse =
        |reason, particular: String| Failure::refused(options.refusals_domain, reason, "", particular);
    if query.len() > options.query_bytes_max {
        let limit = format!("the limit is {} bytes", options.query_bytes_max);
        return Err(refuse(reason::QUERY_TOO_LONG, limit));
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    for (index, pair) in pairs.enumerate() {
        if index >= options.query_pairs_max {
            let limit = format!("the limit is {}", options.query_pairs_max);
            return Err(refuse(reason::QUERY_PARAMETERS_TOO_MANY, limit));
        }
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text| {
            let particular = || format!("parameter {} of the query", index + 1);
            escape::decode_query(text).map_err(|_bad| refuse(reason::QUERY_MALFORMED, particular()))
        };
        let (key, value): (Cow<'_, str>, Cow<'_, str>) = (decoded(key)?, decoded(value)?);
        state.set(message, &key, &value)?;
    }
    Ok(state.ignored)
}

impl Query<'_> {
    fn refuse(&self, reason: &'static Reason, key: &str, particular: impl Into<String>) -> Failure {
        let shown = self.options.shown(key);
        Failure::refused(self.options.refusals_domain, reason, &shown, particular)
    }

    fn set(&mut self, message: &mut DynamicMessage, key: &str, value: &str) -> Result<(), Failure> {
        match self.place(key)? {
            Place::Field { chain, map_key } => {
                self.note(key, &chain, map_key)?;
                let value = self.value(&chain, key, value)?;
                self.set_at(message, &chain, map_key, key, value)
            }
            Place::Taken if self.options.strict_query => {
                Err(self.refuse(reason::QUERY_PARAMETER_MISPLACED, key, IN_PATH_OR_BODY))
            }
            Place::Unknown if self.options.strict_query => Err(self.unknown(key)),
            Place::Taken => Ok(()),
            Place::Unknown => {
                self.ignored += 1;
                Ok(())
            }
        }
    }

    /// Names the parameter that was probably meant. Where all of a request is in its body, a field of it is only in
    /// the wrong place.
    fn unknown(&self, key: &str) -> Failure {
        let first = key.split(['.', '[']).next().unwrap_or_default();
        if self.route.binding.body == Body::All {
            let is_field = named(&self.route.input, first).is_some();
            let (reason, particular) = if is_field {
                (reason::QUERY_PARAMETER_MISPLACED, IN_PATH_OR_BODY)
            } else {
                (reason::QUERY_PARAMETER_UNKNOWN, "this method takes no parameters")
            };
            return self.refuse(reason, key, particular);
        }
        let known = parameters::names(self.route);
        let nearest = nearest::nearest(key, &known);
        Failure::unknown(
            self.options.refusals_domain,
            reason::QUERY_PARAMETER_UNKNOWN,
            &self.options.shown(key),
            nearest,
            nearest::proposal(nearest, &known),
        )
    }

    fn place<'q>(&self, key: &'q str) -> Result<Place<'q>, Failure> {
        if self.route.binding.body == Body::All {
            return Ok(Place::Unknown);
        }
        let (path, map_key) = match key.split_once('[') {
            Some((path, key_and_end)) => match key_and_end.strip_suffix(']') {
                Some(map_key) => (path, Some(map_key)),
                None => return Ok(Place::Unknown),
            },
            None => (key, None),
        };
        let mut chain: Vec<FieldDescriptor> = Vec::new();
        let mut parent = Some(self.route.input.clone());
        for name in path.split('.') {
            let Some(message) = parent else {
                return self.unfit_or_unknown(key, &chain);
            };
            let Some(field) = named(&message, name) else {
                return Ok(Place::Unknown);
            };
            if chain.len() >= DEPTH_MAX {
                return Err(self.refuse(reason::QUERY_PARAMETER_UNFIT, key, "it is nested too deeply"));
            }
            let is_single = !field.is_list() && !field.is_map();
            // Inside a well-known type are parts that make sense only together: it is written as a whole.
            parent = field
                .kind()
                .as_message()
                .filter(|message| is_single && !message.full_name().starts_with("google.protobuf."))
                .cloned();
            chain.push(field);
        }
        if self.route.is_elsewhere(&chain) {
            return Ok(Place::Taken);
        }
        let is_map = chain.last().is_some_and(FieldDescriptor::is_map);
        if map_key.is_some() != is_map || !chain.last().is_some_and(has_text) {
            let hint = if is_map {
                "write it as name[key]=value"
            } else {
                "it is a message or a list of them"
            };
            return Err(self.refuse(reason::QUERY_PARAMETER_UNFIT, key, hint));
        }
        Ok(Place::Field { chain, map_key })
    }

    /// A name below a list, a map or a scalar.
    fn unfit_or_unknown<'q>(&self, key: &str, chain: &[FieldDescriptor]) -> Result<Place<'q>, Failure> {
        if self.route.is_elsewhere(chain) {
            return Ok(Place::Taken);
        }
        Err(self.refuse(
            reason::QUERY_PARAMETER_UNFIT,
            key,
            "it goes on below a field that has no fields a query can reach",
        ))
    }

    fn note(&mut self, key: &str, chain: &[FieldDescriptor], map_key: Option<&str>) -> Result<(), Failure> {
        if chain.last().is_some_and(FieldDescriptor::is_list) {
            return Ok(());
        }
        let is_again = self
            .seen
            .iter()
            .any(|(seen, seen_key)| seen == chain && seen_key.as_deref() == map_key);
        if is_again {
            return Err(self.refuse(reason::QUERY_PARAMETER_REPEATED, key, "it holds one value"));
        }
        self.seen.push((chain.to_vec(), map_key.map(str::to_owned)));
        Ok(())
    }

    fn value(&self, chain: &[FieldDescriptor], key: &str, text: &str) -> Result<Value, Failure> {
        let kind = chain.last().map_or(Kind::String, text_value::kind_of);
        // JSON in a parameter lies as deep in the request as the field that it is for.
        let depth_max = self.options.json_depth_max.saturating_sub(chain.len());
        text_value::parse(&kind, text, depth_max)
            .map_err(|_unfit| self.refuse(reason::QUERY_VALUE_INVALID, key, text_value::expected(&kind)))
    }

    fn set_at(
        &self,
        message: &mut DynamicMessage,
        chain: &[FieldDescriptor],
        map_key: Option<&str>,
        key: &str,
        value: Value,
    ) -> Result<(), Failure> {
        let Some((field, below)) = chain.split_first() else {
            return Ok(());
        };
        if let Some(rival) = oneof_rival(message, field) {
            let particular = format!("{} is set too", rival.name());
            return Err(self.refuse(reason::ONEOF_CONFLICT, key, particular));
        }
        if !below.is_empty() {
            return match message.get_field_mut(field).as_message_mut() {
                Some(inner) => self.set_at(inner, below, map_key, key, value),
                None => Ok(()),
            };
        }
        match (message.get_field_mut(field), map_key) {
            (Value::List(list), _) => list.push(value),
            (Value::Map(map), Some(key_text)) => {
                let entry = field.kind();
                let Some(entry) = entry.as_message() else {
                    return Ok(());
                };
                let key_field = entry.map_entry_key_field();
                let parsed = text_value::map_key(&key_field, key_text).map_err(|_unfit| {
                    let expected = text_value::expected(&key_field.kind());
                    self.refuse(reason::QUERY_VALUE_INVALID, key, format!("as a key, {expected}"))
                })?;
                map.insert(parsed, value);
            }
            (single, _) => *single = value,
        }
        Ok(())
    }
}

/// The field that the name means: as the proto writes it, or as JSON does.
fn named(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message
        .get_field_by_name(name)
        .or_else(|| message.get_field_by_json_name(name))
}

fn has_text(field: &FieldDescriptor) -> bool {
    text_value::has_text(&text_value::kind_of(field))
}
