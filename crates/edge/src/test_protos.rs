//! Messages for tests, as a program that uses this crate may have them.

use prost_reflect::DescriptorPool;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto,
};

/// Takes a `Document`.
pub(crate) const WRITE: &str = "/t.S/Write";
/// Takes an `M`.
pub(crate) const READ: &str = "/t.S/R";
/// Full name of what [`WRITE`] takes.
pub(crate) const DOCUMENT: &str = "t.Document";

fn field(name: &str, number: i32, label: Label, kind: Type, of: Option<&str>) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(label.into()),
        r#type: Some(kind.into()),
        type_name: of.map(|name| format!(".t.{name}")),
        ..FieldDescriptorProto::default()
    }
}

fn message(name: &str, fields: Vec<FieldDescriptorProto>) -> DescriptorProto {
    DescriptorProto {
        name: Some(name.to_owned()),
        field: fields,
        ..DescriptorProto::default()
    }
}

fn rpc(name: &str, input: &str) -> MethodDescriptorProto {
    MethodDescriptorProto {
        name: Some(name.to_owned()),
        input_type: Some(format!(".t.{input}")),
        output_type: Some(".t.M".to_owned()),
        ..MethodDescriptorProto::default()
    }
}

/// ```proto
/// message M { repeated int32 a = 1; repeated fixed64 b = 2; repeated string c = 3; repeated M d = 4; }
/// message Document { string parent = 1; repeated Line lines = 8; }
/// message Line { string text = 1; Decimal width = 2; Decimal height = 3; }
/// message Decimal { string value = 1; }
/// service S { rpc R(M) returns (M); rpc Write(Document) returns (M); }
/// ```
pub(crate) fn pool() -> DescriptorPool {
    let list = |name, number, kind| field(name, number, Label::Repeated, kind, None);
    let text = |name, number| field(name, number, Label::Optional, Type::String, None);
    let inner = |name, number, label, of| field(name, number, label, Type::Message, Some(of));
    let file = FileDescriptorProto {
        name: Some("t.proto".to_owned()),
        package: Some("t".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![
            message(
                "M",
                vec![
                    list("a", 1, Type::Int32),
                    list("b", 2, Type::Fixed64),
                    list("c", 3, Type::String),
                    inner("d", 4, Label::Repeated, "M"),
                ],
            ),
            message(
                "Document",
                vec![text("parent", 1), inner("lines", 8, Label::Repeated, "Line")],
            ),
            message(
                "Line",
                vec![
                    text("text", 1),
                    inner("width", 2, Label::Optional, "Decimal"),
                    inner("height", 3, Label::Optional, "Decimal"),
                ],
            ),
            message("Decimal", vec![text("value", 1)]),
        ],
        service: vec![ServiceDescriptorProto {
            name: Some("S".to_owned()),
            method: vec![rpc("R", "M"), rpc("Write", "Document")],
            ..ServiceDescriptorProto::default()
        }],
        ..FileDescriptorProto::default()
    };
    let mut pool = DescriptorPool::new();
    pool.add_file_descriptor_proto(file).unwrap();
    pool
}
