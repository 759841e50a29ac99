//! The short way against the long way.

use proptest::prelude::*;
use prost_reflect::{DescriptorPool, ReflectMessage as _};
use serde_json::Value;

use super::*;

const SOURCE: &str = r#"syntax = "proto3"; package t;
    import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
    enum E { option allow_alias = true; ZERO = 0; ONE = 1; ALSO_ONE = 1; MINUS = -1; }
    message M {
      int32 a = 1; int64 b = 2; uint32 c = 3; uint64 d = 4; sint32 e = 5; sint64 f = 6; fixed32 g = 7;
      fixed64 h = 8; sfixed32 i = 9; sfixed64 j = 10; float k = 11; double l = 12; bool m = 13; string n = 14;
      bytes o = 15; E p = 16; M q = 17; optional int32 r = 18; oneof choice { string s = 19; M t = 20; }
      repeated int32 u = 21; repeated sint64 v = 22; repeated double w = 23; repeated string x = 24;
      repeated M y = 25; repeated E z = 26; map<string, M> aa = 27; google.protobuf.Timestamp bb = 28;
      google.protobuf.Int64Value cc = 29; repeated fixed32 dd = 30 [packed = false]; repeated bool odd_name = 31; map<sint64, int64> ee = 32;
    }"#;

fn descriptor() -> MessageDescriptor {
    let mut resolver = protox::file::ChainFileResolver::new();
    resolver.add(protox::file::GoogleFileResolver::new());
    resolver.add(Source);
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("m.proto").unwrap();
    let pool = DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap();
    pool.get_message_by_name("t.M").unwrap()
}

struct Source;

impl protox::file::FileResolver for Source {
    fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
        match name {
            "m.proto" => protox::file::File::from_source(name, SOURCE),
            other => Err(protox::Error::file_not_found(other)),
        }
    }
}

/// Bytes that are often a message of `M`: keys of known fields before values of some wire type.
fn encoded() -> impl Strategy<Value = Vec<u8>> {
    let leaf = proptest::collection::vec((0..33_u32, any::<u64>(), 0..6_u8, "[a-zé\"\n]{0,5}"), 0..8)
        .prop_flat_map(|fields| (Just(fields), any::<bool>()))
        .prop_map(|(mut fields, is_sorted)| {
            if is_sorted {
                fields.sort_by_key(|(number, ..)| *number);
            }
            let mut out = Vec::new();
            for (number, value, size, text) in fields {
                write_field(number, value, size, &text, &mut out);
            }
            out
        });
    leaf.prop_recursive(3, 12, 3, |inner| {
        (
            inner.clone(),
            inner,
            prop_oneof![Just(17_u32), Just(20), Just(25)],
        )
            .prop_map(|(mut before, inside, number)| {
                prost::encoding::encode_key(number, WireType::LengthDelimited, &mut before);
                prost::encoding::encode_varint(u64::try_from(inside.len()).unwrap(), &mut before);
                before.extend(inside);
                before
            })
    })
}

fn write_field(number: u32, value: u64, size: u8, text: &str, out: &mut Vec<u8>) {
    let value = if size < 3 { value % 3 } else { value };
    let wire = match number {
        7 | 9 | 11 | 30 => WireType::ThirtyTwoBit,
        8 | 10 | 12 => WireType::SixtyFourBit,
        14 | 15 | 17 | 19..=29 | 32 => WireType::LengthDelimited,
        _ => WireType::Varint,
    };
    if number == 0 {
        return;
    }
    prost::encoding::encode_key(number, wire, out);
    match wire {
        WireType::ThirtyTwoBit => out.extend(&value.to_le_bytes()[..4]),
        WireType::SixtyFourBit => out.extend(value.to_le_bytes()),
        WireType::LengthDelimited => {
            let inside: Vec<u8> = match number {
                17 | 20 | 25 | 28 | 29 => vec![8, 1],
                27 => vec![10, 1, b'k' + size, 18, 2, 8, 1],
                32 => vec![8, size, 16, 7],
                21 | 22 | 26 => vec![1, 2, 0],
                23 => value.to_le_bytes().to_vec(),
                _ => text.as_bytes().to_vec(),
            };
            out.push(u8::try_from(inside.len()).unwrap());
            out.extend(inside);
        }
        WireType::Varint | WireType::StartGroup | WireType::EndGroup => {
            prost::encoding::encode_varint(value, out);
        }
    }
}

#[test]
fn the_short_way_means_what_the_long_way_does() {
    let descriptor = descriptor();
    let mut printer = Printer::default();
    let plan = printer.plan(&descriptor);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let short_ways = std::cell::Cell::new(0);
    runner
        .run(&encoded(), |bytes| {
            let mut short = Vec::new();
            let printed = printer.print(plan, &bytes, &mut short);
            let mut long = Vec::new();
            let slow = slowly(&descriptor, &bytes, &mut long);
            prop_assert_eq!(printed.is_ok(), slow.is_ok(), "{:?}", printed.err());
            if slow.is_ok() {
                let short: Value = serde_json::from_slice(&short).unwrap();
                let long: Value = serde_json::from_slice(&long).unwrap();
                prop_assert_eq!(short, long);
                let mut alone = Vec::new();
                let took = printer.fields(&printer.plans[plan], &bytes, &mut alone, 0);
                short_ways.set(short_ways.get() + u32::from(took.is_some()));
            }
            Ok(())
        })
        .unwrap();
    assert!(
        short_ways.get() > 500,
        "only {short_ways:?} messages took the short way"
    );
}

#[test]
fn an_empty_message_has_its_defaults() {
    let descriptor = descriptor();
    let mut printer = Printer::default();
    let plan = printer.plan(&descriptor);
    let mut out = Vec::new();
    printer.print(plan, &[], &mut out).unwrap();
    let mut long = Vec::new();
    serialize(&DynamicMessage::new(descriptor.clone()), &mut long).unwrap();
    let parse = |json: &[u8]| serde_json::from_slice::<Value>(json).unwrap();
    assert_eq!(parse(&out), parse(&long));
    assert_eq!(DynamicMessage::new(descriptor).descriptor().name(), "M");
}
