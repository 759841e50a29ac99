//! What a command that was read from a request knows about the request.

use crate::status::FieldNames;

/// The name on the wire of the time at which something happened.
pub(super) const OCCUR_TIME: (&str, &str) = ("occurred_at", "occur_time");
/// The name on the wire of a name for people.
pub(super) const DISPLAY_NAME: (&str, &str) = ("name", "display_name");

/// A command that a request is read into, beside the function that reads it.
pub(crate) trait FromRequest {
    /// How its fields are called in the request, for those that a rule refuses.
    const FIELD_NAMES: FieldNames;
}

#[cfg(test)]
mod tests {
    use posars_commands::CommandError;
    use posars_domain::sale::{RecordReturn, RecordSale};
    use posars_domain::stock::{AdjustStock, ReceiveGoods, StockRejection};
    use posars_domain::{Circumstance, Currency, Rejection};
    use tonic_types::StatusExt as _;

    use super::*;
    use crate::status;

    fn field<C: FromRequest>(rejection: impl Rejection) -> String {
        let status = status::from_command_of(C::FIELD_NAMES, CommandError::Rejected(Box::new(rejection)));
        let details = status.get_error_details();
        details.error_info().unwrap().metadata["field"].clone()
    }

    #[test]
    fn a_field_has_the_name_of_its_own_request() {
        let mismatch = || Circumstance::CurrencyMismatch {
            given: "USD".parse().unwrap(),
            expected: Currency::BRL,
        };
        assert_eq!(field::<RecordSale>(mismatch()), "total.currency_code");
        assert_eq!(
            field::<RecordReturn>(mismatch()),
            "refunds[0].amount.currency_code"
        );
        assert_eq!(field::<AdjustStock>(mismatch()), "value.currency_code");
        assert_eq!(field::<ReceiveGoods>(mismatch()), "currency");
        let version = || StockRejection::EtagMismatch {
            expected: 1,
            actual: 2,
        };
        assert_eq!(field::<AdjustStock>(version()), "etag");
        let store_id = "centro".parse().unwrap();
        let unknown = Circumstance::UnknownStore { store_id };
        assert_eq!(field::<RecordSale>(unknown), "store_id");
    }
}
