//! The protos of `proto/` as Rust code, one module per proto package.

use std::fmt;

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
pub use generated::posars::{
    authz, finance, hr, identity, inventory, log, money, operations, reporting, sales,
};

/// The descriptors of every proto, with imports, comments, HTTP bindings and error details: an encoded
/// `google.protobuf.FileDescriptorSet`.
///
/// Read it with a library that keeps extensions, such as prost-reflect; prost alone drops the HTTP bindings.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/posars_descriptors.bin"));

/// The debug output of messages that hold what is personal: it ends in logs, so it shows none of it. `build.rs` names the
/// same ones.
macro_rules! shows_nothing {
    ($($message:path),+ $(,)?) => {$(
        impl fmt::Debug for $message {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($message), "(***)"))
            }
        }
    )+};
}

shows_nothing!(
    sales::v1::Buyer,
    sales::v1::Customer,
    hr::v1::BankAccount,
    hr::v1::FindPeopleRequest,
    hr::v1::PayrollLine,
    hr::v1::PayrollLineInput,
    hr::v1::PersonalData,
    hr::v1::PersonalDatum,
    hr::v1::Wage,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_in_no_debug_output() {
        let wage = hr::v1::Wage {
            amount: Some(money::v1::Money {
                currency_code: "BRL".to_owned(),
                amount_minor: 873_519,
            }),
            per: 0,
        };
        let request = hr::v1::HireEmployeeRequest {
            salary: Some(wage),
            personal_data: Some(hr::v1::PersonalData {
                full_name: "Zuleica".to_owned(),
                ..hr::v1::PersonalData::default()
            }),
            ..hr::v1::HireEmployeeRequest::default()
        };
        let sale = sales::v1::RecordSaleRequest {
            customer: Some(sales::v1::Customer {
                tax_id: "52998224725".to_owned(),
                ..sales::v1::Customer::default()
            }),
            ..sales::v1::RecordSaleRequest::default()
        };
        let shown = format!("{request:?} {sale:?}");
        for secret in ["Zuleica", "873519", "52998224725"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("hr::v1::PersonalData(***)"), "{shown}");
    }
}
