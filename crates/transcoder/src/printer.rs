//! ProtoJSON straight from the bytes of a message.
//!
//! Building a dynamic message only to print it costs most of an answer's time. What services send comes in the order
//! of field numbers, each single field once; such bytes are printed as they are read, by a plan made at start.
//! Anything else (a map with entries, fields out of order, a well-known type, proto2) is printed the slow way, by
//! message: so there is one meaning, and this is only the short way to it. A test compares both on random messages.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use prost::encoding::{WireType, decode_key, decode_varint};
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, Syntax};
use serde::Serialize;

use crate::answer::{Unprintable, serialize};

/// Nesting that decoders take; deeper bytes are left to the slow way, which refuses them.
const DEPTH_MAX: usize = 90;

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
}

struct FieldPlan {
    number: u32,
    /// `"name":`, escaped.
    key: Vec<u8>,
    /// Key and value of the field when it is not in the message; `None` where its absence means something.
    absent: Option<Vec<u8>>,
    shape: Shape,
    form: Form,
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
        self.plans.push(Plan {
            descriptor: descriptor.clone(),
            fields: Vec::new(),
            is_slow,
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
        let form = if shape == Shape::Map {
            Form::Bool
        } else {
            self.form(&field.kind())
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
        if !plan.is_slow && depth < DEPTH_MAX && self.fields(plan, bytes, out, depth).is_some() {
            return Some(());
        }
        out.truncate(begin);
        slowly(&plan.descriptor, bytes, out).ok()
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
                Shape::Map => return None,
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
            let mut ahead = *bytes;
            if ahead.is_empty() {
                break;
            }
            let (number, next_wire) = decode_key(&mut ahead).ok()?;
            if number != field.number {
                break;
            }
            *bytes = ahead;
            wire = next_wire;
        }
        out.push(b']');
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
            (form, WireType::ThirtyTwoBit) => fixed_32(form, taken(bytes)?, out),
            (form, WireType::SixtyFourBit) => fixed_64(form, taken(bytes)?, out),
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

/// The low half of a varint, as a number with a sign.
fn low_half(value: u64) -> i32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

fn varint(form: &Form, value: u64, out: &mut Vec<u8>) -> Option<()> {
    match form {
        Form::Int32 => json(&low_half(value), out),
        Form::Int64 => text(&value.cast_signed(), out),
        Form::Uint32 => json(&low_half(value).cast_unsigned(), out),
        Form::Uint64 => text(&value, out),
        Form::Sint32 => {
            let value = low_half(value).cast_unsigned();
            json(&((value >> 1).cast_signed() ^ -(value & 1).cast_signed()), out)
        }
        Form::Sint64 => text(&((value >> 1).cast_signed() ^ -(value & 1).cast_signed()), out),
        Form::Bool => json(&(value != 0), out),
        Form::Enum(names) => {
            let number = low_half(value);
            match names.iter().find(|(known, _)| *known == number) {
                Some((_, name)) => out.extend_from_slice(name),
                None => json(&number, out)?,
            }
            Some(())
        }
        Form::Fixed32
        | Form::Fixed64
        | Form::Sfixed32
        | Form::Sfixed64
        | Form::Float
        | Form::Double
        | Form::String
        | Form::Bytes
        | Form::Message(_) => None,
    }
}

fn fixed_32(form: &Form, value: [u8; 4], out: &mut Vec<u8>) -> Option<()> {
    match form {
        Form::Fixed32 => json(&u32::from_le_bytes(value), out),
        Form::Sfixed32 => json(&i32::from_le_bytes(value), out),
        Form::Float => {
            let value = f32::from_le_bytes(value);
            match not_finite(value.into()) {
                Some(name) => json(name, out),
                None => json(&value, out),
            }
        }
        Form::Int32
        | Form::Int64
        | Form::Uint32
        | Form::Uint64
        | Form::Sint32
        | Form::Sint64
        | Form::Fixed64
        | Form::Sfixed64
        | Form::Double
        | Form::Bool
        | Form::String
        | Form::Bytes
        | Form::Enum(_)
        | Form::Message(_) => None,
    }
}

fn fixed_64(form: &Form, value: [u8; 8], out: &mut Vec<u8>) -> Option<()> {
    match form {
        Form::Fixed64 => text(&u64::from_le_bytes(value), out),
        Form::Sfixed64 => text(&i64::from_le_bytes(value), out),
        Form::Double => {
            let value = f64::from_le_bytes(value);
            match not_finite(value) {
                Some(name) => json(name, out),
                None => json(&value, out),
            }
        }
        Form::Int32
        | Form::Int64
        | Form::Uint32
        | Form::Uint64
        | Form::Sint32
        | Form::Sint64
        | Form::Fixed32
        | Form::Sfixed32
        | Form::Float
        | Form::Bool
        | Form::String
        | Form::Bytes
        | Form::Enum(_)
        | Form::Message(_) => None,
    }
}

fn not_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("Infinity")
    } else if value == f64::NEG_INFINITY {
        Some("-Infinity")
    } else {
        None
    }
}

fn taken<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = bytes.split_first_chunk::<N>()?;
    *bytes = left;
    Some(*taken)
}

fn delimited<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
    let (inside, left) = bytes.split_at_checked(length)?;
    *bytes = left;
    Some(inside)
}

/// Steps over a field that the descriptors do not know, as ProtoJSON does.
fn skip(wire: WireType, bytes: &mut &[u8]) -> Option<()> {
    match wire {
        WireType::Varint => decode_varint(bytes).ok().map(|_value| ()),
        WireType::ThirtyTwoBit => taken::<4>(bytes).map(|_value| ()),
        WireType::SixtyFourBit => taken::<8>(bytes).map(|_value| ()),
        WireType::LengthDelimited => delimited(bytes).map(|_value| ()),
        WireType::StartGroup | WireType::EndGroup => None,
    }
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

fn json<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Option<()> {
    serde_json::to_writer(out, value).ok()
}

/// Numbers of 64 bits are strings, because JavaScript's numbers do not hold them.
fn text<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'"');
    json(value, out)?;
    out.push(b'"');
    Some(())
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
