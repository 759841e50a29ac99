//! Counts the values of protobuf messages while their bytes come.
//!
//! Decoding is all or nothing, and an entry of a list takes two bytes on the wire and some hundred in memory. So the
//! count must be known before: every field that is there and every entry of a list, on every level, as the JSON of REST
//! is counted. Nothing is kept of a message but the place in it.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

/// Deeper messages are refused by the decoder.
const DEPTH_MAX: usize = 100;
/// Bits of a number on the wire, seven in each byte.
const VARINT_BITS: u32 = 64;
const VARINT_CONTINUES: u8 = 0x80;

/// The fields of every request message that have others inside.
pub(crate) struct Shapes {
    messages: Vec<Shape>,
    /// By path, such as `/posars.sales.v1.SaleService/RecordSale`.
    requests: HashMap<String, usize>,
}

/// What is inside the fields of a message, by number.
type Shape = HashMap<u64, Inside>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Message(usize),
    /// Numbers of a list, one after the other.
    Varints,
    /// Numbers of a list that take so many bytes each.
    Fixed(u64),
}

impl Shapes {
    /// The shapes of every request in the pool.
    pub(crate) fn of(pool: &DescriptorPool) -> Self {
        let mut shapes = Self {
            messages: Vec::new(),
            requests: HashMap::new(),
        };
        let mut places = HashMap::new();
        for service in pool.services() {
            for rpc in service.methods() {
                let shape = shapes.place(&rpc.input(), &mut places);
                let path = format!("/{}/{}", service.full_name(), rpc.name());
                shapes.requests.insert(path, shape);
            }
        }
        shapes
    }

    fn place(&mut self, message: &MessageDescriptor, places: &mut HashMap<String, usize>) -> usize {
        if let Some(place) = places.get(message.full_name()) {
            return *place;
        }
        let place = self.messages.len();
        // Its place is known before its fields are: a message may hold itself.
        places.insert(message.full_name().to_owned(), place);
        self.messages.push(Shape::new());
        let mut shape = Shape::new();
        for field in message.fields() {
            if let Some(inside) = self.inside(&field, places) {
                shape.insert(field.number().into(), inside);
            }
        }
        if let Some(known) = self.messages.get_mut(place) {
            *known = shape;
        }
        place
    }

    fn inside(&mut self, field: &FieldDescriptor, places: &mut HashMap<String, usize>) -> Option<Inside> {
        match field.kind() {
            Kind::Message(message) => Some(Inside::Message(self.place(&message, places))),
            Kind::String | Kind::Bytes => None,
            _ if !field.is_list() => None,
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Some(Inside::Fixed(8)),
            Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Some(Inside::Fixed(4)),
            Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Bool
            | Kind::Enum(_) => Some(Inside::Varints),
        }
    }

    /// The shape of the request of an RPC; none when there is no such RPC, or it is described elsewhere.
    pub(crate) fn request(&self, path: &str) -> Option<usize> {
        self.requests.get(path).copied()
    }

    fn within(&self, shape: Option<usize>, field: u64) -> Option<Inside> {
        self.messages.get(shape?)?.get(&field).copied()
    }
}

/// Counts the values of one message.
pub(crate) struct ValueCount {
    /// The messages that lead to the place in hand.
    levels: Vec<Level>,
    at: u64,
    step: Step,
    values: usize,
}

#[derive(Clone, Copy)]
struct Level {
    /// None for a message that is not described.
    shape: Option<usize>,
    /// Where it ends.
    end: u64,
}

/// What the next byte is.
#[derive(Clone, Copy)]
enum Step {
    Tag(Varint),
    /// Of a single number.
    Number,
    /// Before a field of this number.
    Length(u64, Varint),
    /// Nothing to count, up to this place.
    Skip(u64),
    /// Of a list of numbers that ends here.
    Numbers(u64),
}

#[derive(Clone, Copy, Default)]
struct Varint {
    value: u64,
    bits: u32,
}

impl Varint {
    /// Takes a byte; true when it was the last one.
    fn take(&mut self, byte: u8) -> bool {
        let digit = u64::from(byte & !VARINT_CONTINUES);
        self.value |= digit.checked_shl(self.bits).unwrap_or_default();
        self.bits = self.bits.saturating_add(7);
        byte & VARINT_CONTINUES == 0 || self.bits >= VARINT_BITS
    }
}

impl ValueCount {
    /// Begins before a message of `length` bytes.
    pub(crate) fn new(shape: Option<usize>, length: u64) -> Self {
        Self {
            levels: vec![Level { shape, end: length }],
            at: 0,
            step: Step::Tag(Varint::default()),
            values: 0,
        }
    }

    /// Values so far.
    pub(crate) fn values(&self) -> usize {
        self.values
    }

    /// Takes the next bytes of the message, and stops early beyond `values_max`.
    ///
    /// What is no protobuf is counted as far as it can be read; the decoder refuses it.
    pub(crate) fn read(&mut self, shapes: &Shapes, mut bytes: &[u8], values_max: usize) {
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.values > values_max {
                return;
            }
            if let Step::Skip(end) = self.step {
                let left = usize::try_from(end.saturating_sub(self.at)).unwrap_or(usize::MAX);
                let (skipped, rest) = bytes.split_at(left.min(bytes.len()));
                self.at = self
                    .at
                    .saturating_add(u64::try_from(skipped.len()).unwrap_or(u64::MAX));
                if self.at >= end {
                    self.step = self.next_field();
                }
                bytes = rest;
                continue;
            }
            self.at += 1;
            self.step = self.after(byte, shapes);
            bytes = rest;
        }
    }

    fn after(&mut self, byte: u8, shapes: &Shapes) -> Step {
        match self.step {
            Step::Tag(mut tag) => {
                if tag.take(byte) {
                    self.field(tag.value)
                } else {
                    Step::Tag(tag)
                }
            }
            Step::Number if byte & VARINT_CONTINUES == 0 => self.next_field(),
            Step::Number => Step::Number,
            Step::Length(field, mut length) => {
                if length.take(byte) {
                    self.inside(shapes, field, length.value)
                } else {
                    Step::Length(field, length)
                }
            }
            Step::Numbers(end) => {
                self.values += usize::from(byte & VARINT_CONTINUES == 0);
                if self.at >= end {
                    self.next_field()
                } else {
                    Step::Numbers(end)
                }
            }
            Step::Skip(end) => Step::Skip(end),
        }
    }

    /// Goes into a field with this tag.
    fn field(&mut self, tag: u64) -> Step {
        self.values += 1;
        match tag & 7 {
            0 => Step::Number,
            1 => Step::Skip(self.at.saturating_add(8)),
            2 => Step::Length(tag >> 3, Varint::default()),
            5 => Step::Skip(self.at.saturating_add(4)),
            // A group has no field of ours, and ends as one more field without content.
            _ => self.next_field(),
        }
    }

    /// Goes into the content of a field, of `length` bytes.
    fn inside(&mut self, shapes: &Shapes, field: u64, length: u64) -> Step {
        let Some(level) = self.levels.last().copied() else {
            return Step::Skip(u64::MAX);
        };
        // What goes on beyond its message is refused by the decoder.
        let end = self.at.saturating_add(length).min(level.end);
        match shapes.within(level.shape, field) {
            Some(Inside::Message(shape)) if self.levels.len() < DEPTH_MAX => {
                self.levels.push(Level {
                    shape: Some(shape),
                    end,
                });
                self.next_field()
            }
            // The list itself was counted as one value.
            Some(Inside::Varints) if end > self.at => {
                self.values = self.values.saturating_sub(1);
                Step::Numbers(end)
            }
            Some(Inside::Fixed(size)) if end > self.at => {
                let count = usize::try_from((end - self.at) / size).unwrap_or(usize::MAX);
                self.values = self.values.saturating_add(count.saturating_sub(1));
                Step::Skip(end)
            }
            _ if end > self.at => Step::Skip(end),
            _ => self.next_field(),
        }
    }

    /// Leaves the messages that end here.
    fn next_field(&mut self) -> Step {
        while self.levels.last().is_some_and(|level| level.end <= self.at) {
            self.levels.pop();
        }
        if self.levels.is_empty() {
            return Step::Skip(u64::MAX);
        }
        Step::Tag(Varint::default())
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
    use prost_reflect::prost_types::{
        DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto,
        ServiceDescriptorProto,
    };
    use prost_reflect::{DynamicMessage, Value};

    use super::*;
    use crate::proto::FILE_DESCRIPTOR_SET;
    use crate::proto::sales::v1::{RecordSaleRequest, SaleLineInput};

    const RECORD_SALE: &str = "/posars.sales.v1.SaleService/RecordSale";

    /// The values of a message that comes in pieces of so many bytes.
    fn counted(shapes: &Shapes, path: &str, message: &[u8], piece_bytes: usize, values_max: usize) -> usize {
        let length = u64::try_from(message.len()).unwrap();
        let mut count = ValueCount::new(shapes.request(path), length);
        for piece in message.chunks(piece_bytes) {
            count.read(shapes, piece, values_max);
        }
        count.values()
    }

    /// The same count, slowly: of the decoded message.
    fn values_of(message: &DynamicMessage) -> usize {
        let inside = |value: &Value| value.as_message().map_or(0, values_of);
        let of_field = |(_, value): (FieldDescriptor, &Value)| match value.as_list() {
            Some(list) => list.iter().map(|value| 1 + inside(value)).sum(),
            None => 1 + inside(value),
        };
        message.fields().map(of_field).sum()
    }

    fn sale(lines: usize) -> Vec<u8> {
        let decimal = |value: &str| {
            Some(crate::proto::google::r#type::Decimal {
                value: value.to_owned(),
            })
        };
        let line = SaleLineInput {
            sku: "café".repeat(50),
            quantity: decimal("1.5"),
            unit_price: decimal("10"),
            ..SaleLineInput::default()
        };
        let sale = RecordSaleRequest {
            parent: "companies/acme".into(),
            lines: vec![line; lines],
            ..RecordSaleRequest::default()
        };
        sale.encode_to_vec()
    }

    #[test]
    fn a_request_has_as_many_values_as_when_it_is_decoded() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let shapes = Shapes::of(&pool);
        let descriptor = pool
            .get_message_by_name("posars.sales.v1.RecordSaleRequest")
            .unwrap();
        for lines in [0, 1, 40] {
            let message = sale(lines);
            let decoded = DynamicMessage::decode(descriptor.clone(), message.as_slice()).unwrap();
            let expected = values_of(&decoded);
            assert_eq!(expected, 1 + lines * 6);
            for piece_bytes in [1, 2, 3, 7, 250, 100_000] {
                let count = counted(&shapes, RECORD_SALE, &message, piece_bytes, usize::MAX);
                assert_eq!(count, expected, "{lines} lines in pieces of {piece_bytes}");
            }
        }
        let nothing = [0x42, 0].repeat(1000);
        assert_eq!(counted(&shapes, RECORD_SALE, &nothing, 3, usize::MAX), 1000);
        assert_eq!(
            counted(&shapes, RECORD_SALE, &nothing, 2000, 10),
            11,
            "what is too much is not looked at"
        );
        assert_eq!(counted(&shapes, "/no.Such/Rpc", &nothing, 7, usize::MAX), 1000);
    }

    /// `message M { repeated int32 a = 1; repeated fixed64 b = 2; repeated string c = 3; repeated M d = 4; }`
    fn lists() -> Shapes {
        let field = |name: &str, number, kind: Type| FieldDescriptorProto {
            name: Some(name.to_owned()),
            number: Some(number),
            label: Some(Label::Repeated.into()),
            r#type: Some(kind.into()),
            type_name: (kind == Type::Message).then(|| ".t.M".to_owned()),
            ..FieldDescriptorProto::default()
        };
        let message = DescriptorProto {
            name: Some("M".to_owned()),
            field: vec![
                field("a", 1, Type::Int32),
                field("b", 2, Type::Fixed64),
                field("c", 3, Type::String),
                field("d", 4, Type::Message),
            ],
            ..DescriptorProto::default()
        };
        let rpc = MethodDescriptorProto {
            name: Some("R".to_owned()),
            input_type: Some(".t.M".to_owned()),
            output_type: Some(".t.M".to_owned()),
            ..MethodDescriptorProto::default()
        };
        let file = FileDescriptorProto {
            name: Some("t.proto".to_owned()),
            package: Some("t".to_owned()),
            syntax: Some("proto3".to_owned()),
            message_type: vec![message],
            service: vec![ServiceDescriptorProto {
                name: Some("S".to_owned()),
                method: vec![rpc],
                ..ServiceDescriptorProto::default()
            }],
            ..FileDescriptorProto::default()
        };
        let mut pool = DescriptorPool::new();
        pool.add_file_descriptor_proto(file).unwrap();
        Shapes::of(&pool)
    }

    #[test]
    fn every_entry_of_a_list_counts_however_it_is_written() {
        let shapes = lists();
        let deep: Vec<u8> = (0..60_u8).rev().flat_map(|left| [0x22, left * 2]).collect();
        let cases: [(&[u8], usize); 9] = [
            (&[], 0),
            (&[0x0a, 4, 1, 2, 0x80, 1], 3),
            (&[0x08, 1, 0x08, 0x80, 1], 2),
            (&[0x12, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2),
            (&[0x11, 0, 0, 0, 0, 0, 0, 0, 0], 1),
            (&[0x1a, 0, 0x1a, 2, 0x22, 0, 0x1a, 0], 3),
            (&[0x22, 6, 0x22, 0, 0x22, 2, 0x08, 1, 0x22, 0], 5),
            (&[0x0a, 0, 0x12, 0], 2),
            (&deep, 60),
        ];
        for (message, expected) in cases {
            for piece_bytes in [1, 2, 5, 1000] {
                let count = counted(&shapes, "/t.S/R", message, piece_bytes, usize::MAX);
                assert_eq!(count, expected, "{message:?} in pieces of {piece_bytes}");
            }
        }
    }

    #[test]
    fn what_is_no_protobuf_ends_too() {
        let shapes = lists();
        let mut seed = 1_u32;
        for _ in 0..5_000 {
            let message: Vec<u8> = (0..64)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    seed.to_be_bytes()[0]
                })
                .collect();
            let whole = counted(&shapes, "/t.S/R", &message, 64, usize::MAX);
            let in_pieces = counted(&shapes, "/t.S/R", &message, 3, usize::MAX);
            assert_eq!(whole, in_pieces, "{message:?}");
            assert!(whole <= 64, "{whole} of {message:?}");
        }
    }
}
