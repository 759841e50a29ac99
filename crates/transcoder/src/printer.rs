//! ProtoJSON straight from the bytes of a message.
//!
//! Building a dynamic message only to print it costs most of an answer's time. What services send comes in the order
//! of field numbers, each single field once; such bytes are printed as they are read, by a plan made at start.
//! Anything else (fields out of order, a map with a key twice, most well-known types, proto2) is printed the slow way,
//! by message: so there is one meaning, and this is only the short way to it. A test compares both on random messages.
//! In one point the short way is the better: the other prints a `DoubleValue` of NaN or infinity as `null`.

use std::collections::HashMap;
use std::ops::Range;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use prost::encoding::{WireType, decode_key, decode_varint};
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, Syntax};

use crate::answer::{Unprintable, serialize};

mod value;

use value::{delimited, fixed_32, fixed_64, json, skip, varint};

/// Nesting that decoders take; deeper bytes are left to the slow way, which refuses them.
const DEPTH_MAX: usize = 90;
/// Every key is compared with all before it, so this many at most; larger maps take the slow way.
const MAP_KEYS_MAX: usize = 64;

/// Plans for every message that an answer can hold.
#[derive(Default)]
pub(crate) struct Printer {
    plans: Vec<Plan>,
    by_name: HashMap<String, usize>,
}

struct Plan {
    descriptor: MessageDescriptor,
    /// By number; empty and unused where `is_slow`.
    fields: Vec<FieldPlan>,
    is_slow: bool,
    /// Of a wrapper such as `google.protobuf.DoubleValue`, that of its value.
    wrapped: Option<Form>,
}

struct FieldPlan {
    number: u32,
    /// `"name":`, escaped.
    key: Vec<u8>,
    /// Key and value of the field when it is not in the message; `None` where its absence means something.
    absent: Option<Vec<u8>>,
    shape: Shape,
    /// Of a map, that of its values.
    form: Form,
    map_key: Option<Form>,
    /// A bit of its own for each oneof of the message; 0 outside.
    oneof_bit: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Single,
    List,
    Map,
}

enum Form {
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Float,
    Double,
    Bool,
    String,
    Bytes,
    /// Number and quoted name.
    Enum(Vec<(i32, Vec<u8>)>),
    /// Index of a plan.
    Message(usize),
}

impl Printer {
    /// Makes plans for the message and all that it can hold; gives the index of its own.
    pub(crate) fn plan(&mut self, descriptor: &MessageDescriptor) -> usize {
        if let Some(&known) = self.by_name.get(descriptor.full_name()) {
            return known;
        }
        let index = self.plans.len();
        self.by_name.insert(descriptor.full_name().to_owned(), index);
        let is_slow = descriptor.full_name().starts_with("google.protobuf.")
            || descriptor.parent_file().syntax() != Syntax::Proto3;
        let wrapped = wrapped_kind(descriptor).map(|kind| self.form(&kind));
        self.plans.push(Plan {
            descriptor: descriptor.clone(),
            fields: Vec::new(),
            is_slow,
            wrapped,
        });
        if is_slow {
            return index;
        }
        let mut fields: Vec<FieldPlan> = descriptor.fields().map(|field| self.field_plan(&field)).collect();
        fields.sort_by_key(|field| field.number);
        if let Some(plan) = self.plans.get_mut(index) {
            plan.fields = fields;
        }
        index
    }

    fn field_plan(&mut self, field: &FieldDescriptor) -> FieldPlan {
        let shape = if field.is_map() {
            Shape::Map
        } else if field.is_list() {
            Shape::List
        } else {
            Shape::Single
        };
        let kind = field.kind();
        let entry = kind.as_message().filter(|_| shape == Shape::Map);
        let map_key = entry.map(|entry| self.form(&entry.map_entry_key_field().kind()));
        let form = match entry {
            Some(entry) => self.form(&entry.map_entry_value_field().kind()),
            None => self.form(&kind),
        };
        let mut key = quoted(field.json_name());
        key.push(b':');
        let value = match shape {
            Shape::Map => Some(b"{}".to_vec()),
            Shape::List => Some(b"[]".to_vec()),
            Shape::Single if field.supports_presence() => None,
            Shape::Single => form.default_value(),
        };
        let absent = value.map(|value| [key.as_slice(), value.as_slice()].concat());
        FieldPlan {
            number: field.number(),
            key,
            absent,
            shape,
            form,
            map_key,
            oneof_bit: oneof_bit(field),
        }
    }

    fn form(&mut self, kind: &Kind) -> Form {
        match kind {
            Kind::Double => Form::Double,
            Kind::Float => Form::Float,
            Kind::Int32 => Form::Int32,
            Kind::Int64 => Form::Int64,
            Kind::Uint32 => Form::Uint32,
            Kind::Uint64 => Form::Uint64,
            Kind::Sint32 => Form::Sint32,
            Kind::Sint64 => Form::Sint64,
            Kind::Fixed32 => Form::Fixed32,
            Kind::Fixed64 => Form::Fixed64,
            Kind::Sfixed32 => Form::Sfixed32,
            Kind::Sfixed64 => Form::Sfixed64,
            Kind::Bool => Form::Bool,
            Kind::String => Form::String,
            Kind::Bytes => Form::Bytes,
            Kind::Enum(descriptor) => Form::Enum(names(descriptor)),
            Kind::Message(descriptor) => Form::Message(self.plan(descriptor)),
        }
    }

    /// Appends the JSON of a message that is encoded in `bytes`.
    ///
    /// # Errors
    /// When the slow way fails too.
    pub(crate) fn print(&self, plan: usize, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Unprintable> {
        let begin = out.len();
        if self.message(plan, bytes, out, 0).is_some() {
            return Ok(());
        }
        out.truncate(begin);
        match self.plans.get(plan) {
            Some(plan) => slowly(&plan.descriptor, bytes, out),
            None => Ok(()),
        }
    }

    /// `None` when it cannot be printed at all; what was written until then is to be thrown away.
    fn message(&self, plan: usize, bytes: &[u8], out: &mut Vec<u8>, depth: usize) -> Option<()> {
        let plan = self.plans.get(plan)?;
        let begin = out.len();
        let printed = match &plan.wrapped {
            Some(form) => self.wrapped(form, bytes, out),
            None if plan.is_slow || depth >= DEPTH_MAX => None,
            None => self.fields(plan, bytes, out, depth),
        };
        if printed.is_some() {
            return Some(());
        }
        out.truncate(begin);
        slowly(&plan.descriptor, bytes, out).ok()
    }

    /// The value of a wrapper, which has no other field.
    fn wrapped(&self, form: &Form, mut bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
        if bytes.is_empty() {
            out.extend(form.default_value()?);
            return Some(());
        }
        let (1, wire) = decode_key(&mut bytes).ok()? else {
            return None;
        };
        self.value(form, wire, &mut bytes, out, DEPTH_MAX)?;
        bytes.is_empty().then_some(())
    }

    fn fields(&self, plan: &Plan, mut bytes: &[u8], out: &mut Vec<u8>, depth: usize) -> Option<()> {
        out.push(b'{');
        let begin = out.len();
        let mut next = 0;
        let mut oneofs_seen = 0;
        while !bytes.is_empty() {
            let (number, wire) = decode_key(&mut bytes).ok()?;
            let Ok(at) = plan.fields.binary_search_by_key(&number, |field| field.number) else {
                skip(wire, &mut bytes)?;
                continue;
            };
            // A field that comes again, or before an earlier one: what counts is not known until the end.
            let absent = plan.fields.get(next..at)?;
            write_absent(absent, begin, out);
            let field = plan.fields.get(at)?;
            // Of two members of a oneof the later counts.
            if oneofs_seen & field.oneof_bit != 0 {
                return None;
            }
            oneofs_seen |= field.oneof_bit;
            separate(begin, out);
            out.extend_from_slice(&field.key);
            match field.shape {
                Shape::Single => self.value(&field.form, wire, &mut bytes, out, depth)?,
                Shape::List => self.list(field, wire, &mut bytes, out, depth)?,
                Shape::Map => self.map(field, wire, &mut bytes, out, depth)?,
            }
            next = at + 1;
        }
        write_absent(plan.fields.get(next..)?, begin, out);
        out.push(b'}');
        Some(())
    }

    fn list(
        &self,
        field: &FieldPlan,
        mut wire: WireType,
        bytes: &mut &[u8],
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Option<()> {
        out.push(b'[');
        let begin = out.len();
        loop {
            match field
                .form
                .packed_wire()
                .filter(|_| wire == WireType::LengthDelimited)
            {
                Some(packed) => {
                    let mut values = delimited(bytes)?;
                    while !values.is_empty() {
                        separate(begin, out);
                        self.value(&field.form, packed, &mut values, out, depth)?;
                    }
                }
                None => {
                    separate(begin, out);
                    self.value(&field.form, wire, bytes, out, depth)?;
                }
            }
            match again(field, bytes)? {
                Some(next) => wire = next,
                None => break,
            }
        }
        out.push(b']');
        Some(())
    }

    /// `None` also for a key that comes again and an entry without its key or value: their rules are the slow way's.
    fn map(
        &self,
        field: &FieldPlan,
        mut wire: WireType,
        bytes: &mut &[u8],
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Option<()> {
        let key_form = field.map_key.as_ref()?;
        out.push(b'{');
        let begin = out.len();
        let mut keys: Vec<Range<usize>> = Vec::new();
        loop {
            if wire != WireType::LengthDelimited || keys.len() >= MAP_KEYS_MAX {
                return None;
            }
            let mut entry = delimited(bytes)?;
            separate(begin, out);
            let key_begin = out.len();
            let (1, key_wire) = decode_key(&mut entry).ok()? else {
                return None;
            };
            self.value(key_form, key_wire, &mut entry, out, depth)?;
            if out.get(key_begin) != Some(&b'"') {
                out.insert(key_begin, b'"');
                out.push(b'"');
            }
            let key = key_begin..out.len();
            if keys
                .iter()
                .any(|known| out.get(known.clone()) == out.get(key.clone()))
            {
                return None;
            }
            keys.push(key);
            out.push(b':');
            let (2, value_wire) = decode_key(&mut entry).ok()? else {
                return None;
            };
            self.value(&field.form, value_wire, &mut entry, out, depth)?;
            if !entry.is_empty() {
                return None;
            }
            match again(field, bytes)? {
                Some(next) => wire = next,
                None => break,
            }
        }
        out.push(b'}');
        Some(())
    }

    fn value(
        &self,
        form: &Form,
        wire: WireType,
        bytes: &mut &[u8],
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Option<()> {
        match (form, wire) {
            (Form::Message(plan), WireType::LengthDelimited) => {
                let inner = delimited(bytes)?;
                self.message(*plan, inner, out, depth + 1)
            }
            (Form::String, WireType::LengthDelimited) => {
                json(std::str::from_utf8(delimited(bytes)?).ok()?, out)
            }
            (Form::Bytes, WireType::LengthDelimited) => json(&BASE64_STANDARD.encode(delimited(bytes)?), out),
            (form, WireType::Varint) => varint(form, decode_varint(bytes).ok()?, out),
            (form, WireType::ThirtyTwoBit) => fixed_32(form, value::taken(bytes)?, out),
            (form, WireType::SixtyFourBit) => fixed_64(form, value::taken(bytes)?, out),
            (_, WireType::LengthDelimited | WireType::StartGroup | WireType::EndGroup) => None,
        }
    }
}

impl Form {
    /// What stands for each value of a packed list; `None` where lists are never packed.
    fn packed_wire(&self) -> Option<WireType> {
        match self {
            Self::Fixed32 | Self::Sfixed32 | Self::Float => Some(WireType::ThirtyTwoBit),
            Self::Fixed64 | Self::Sfixed64 | Self::Double => Some(WireType::SixtyFourBit),
            Self::String | Self::Bytes | Self::Message(_) => None,
            Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64
            | Self::Bool
            | Self::Enum(_) => Some(WireType::Varint),
        }
    }

    fn default_value(&self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match self {
            Self::String | Self::Bytes => json("", &mut out)?,
            Self::Message(_) => return None,
            Self::Fixed32 | Self::Sfixed32 | Self::Float => fixed_32(self, [0; 4], &mut out)?,
            Self::Fixed64 | Self::Sfixed64 | Self::Double => fixed_64(self, [0; 8], &mut out)?,
            Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64
            | Self::Bool
            | Self::Enum(_) => varint(self, 0, &mut out)?,
        }
        Some(out)
    }
}

/// The kind of the value in a wrapper; none for every other message.
fn wrapped_kind(descriptor: &MessageDescriptor) -> Option<Kind> {
    let is_google = descriptor.package_name() == "google.protobuf";
    let value = descriptor.get_field_by_name("value").filter(|_| is_google)?;
    let is_alone = descriptor.fields().len() == 1 && value.number() == 1 && !value.is_list();
    Some(value.kind()).filter(|kind| is_alone && kind.as_message().is_none())
}

/// Those beyond the bits share the last, which only makes some messages take the slow way.
fn oneof_bit(field: &FieldDescriptor) -> u64 {
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    oneof.map_or(0, |oneof| {
        let place = field.parent_message().oneofs().position(|other| other == oneof);
        1 << place.unwrap_or_default().min(63)
    })
}

fn slowly(descriptor: &MessageDescriptor, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Unprintable> {
    serialize(&DynamicMessage::decode(descriptor.clone(), bytes)?, out)
}

/// Goes on to the next value of a list or map, if it follows at once.
#[expect(
    clippy::option_option,
    reason = "the outer one means bytes that cannot be read, as everywhere here"
)]
fn again(field: &FieldPlan, bytes: &mut &[u8]) -> Option<Option<WireType>> {
    let mut ahead = *bytes;
    if ahead.is_empty() {
        return Some(None);
    }
    let (number, wire) = decode_key(&mut ahead).ok()?;
    if number != field.number {
        return Some(None);
    }
    *bytes = ahead;
    Some(Some(wire))
}

fn write_absent(fields: &[FieldPlan], begin: usize, out: &mut Vec<u8>) {
    for absent in fields.iter().filter_map(|field| field.absent.as_ref()) {
        separate(begin, out);
        out.extend_from_slice(absent);
    }
}

/// A comma before everything but the first, which begins at `begin`.
fn separate(begin: usize, out: &mut Vec<u8>) {
    if out.len() > begin {
        out.push(b',');
    }
}

fn quoted(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).unwrap_or_default()
}

/// Of an alias, the first name counts, as in every printer of ProtoJSON.
fn names(descriptor: &EnumDescriptor) -> Vec<(i32, Vec<u8>)> {
    if descriptor.full_name() == "google.protobuf.NullValue" {
        return vec![(0, b"null".to_vec())];
    }
    let mut names: Vec<(i32, Vec<u8>)> = Vec::new();
    for value in descriptor.values() {
        let first = descriptor.get_value(value.number());
        let name = first.map_or_else(|| value.name().to_owned(), |first| first.name().to_owned());
        if names.iter().all(|(number, _)| *number != value.number()) {
            names.push((value.number(), quoted(&name)));
        }
    }
    names
}

#[cfg(test)]
mod tests;
