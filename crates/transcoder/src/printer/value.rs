//! Single values, from their bytes to their JSON.

use prost::encoding::{WireType, decode_varint};
use serde::Serialize;

use super::Form;

/// The low half of a varint, as a number with a sign.
fn low_half(value: u64) -> i32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

pub(super) fn varint(form: &Form, value: u64, out: &mut Vec<u8>) -> Option<()> {
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

pub(super) fn fixed_32(form: &Form, value: [u8; 4], out: &mut Vec<u8>) -> Option<()> {
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

pub(super) fn fixed_64(form: &Form, value: [u8; 8], out: &mut Vec<u8>) -> Option<()> {
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

pub(super) fn taken<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = bytes.split_first_chunk::<N>()?;
    *bytes = left;
    Some(*taken)
}

pub(super) fn delimited<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
    let (inside, left) = bytes.split_at_checked(length)?;
    *bytes = left;
    Some(inside)
}

/// Steps over a field that the descriptors do not know, as ProtoJSON does.
pub(super) fn skip(wire: WireType, bytes: &mut &[u8]) -> Option<()> {
    match wire {
        WireType::Varint => decode_varint(bytes).ok().map(|_value| ()),
        WireType::ThirtyTwoBit => taken::<4>(bytes).map(|_value| ()),
        WireType::SixtyFourBit => taken::<8>(bytes).map(|_value| ()),
        WireType::LengthDelimited => delimited(bytes).map(|_value| ()),
        WireType::StartGroup | WireType::EndGroup => None,
    }
}

pub(super) fn json<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Option<()> {
    serde_json::to_writer(out, value).ok()
}

/// Numbers of 64 bits are strings, because JavaScript's numbers do not hold them.
fn text<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'"');
    json(value, out)?;
    out.push(b'"');
    Some(())
}
