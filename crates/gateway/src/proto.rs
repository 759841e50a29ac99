//! The protos of `proto/` as Rust code, one module per proto package.

#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::match_same_arms,
    clippy::semicolon_if_nothing_returned,
    clippy::uninlined_format_args,
    clippy::too_many_lines,
    reason = "written by prost and tonic from the protos"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/protos.rs"));
}

pub use generated::google;
pub use generated::posars::{authz, finance, identity, inventory, log, money, operations, reporting, sales};

/// The descriptors of every proto, with imports, comments, HTTP bindings and error details: an encoded
/// `google.protobuf.FileDescriptorSet`.
///
/// Read it with a library that keeps extensions, such as prost-reflect; prost alone drops the HTTP bindings.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/posars_descriptors.bin"));
