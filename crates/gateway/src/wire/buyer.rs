//! Who bought, to the wire: as far as the caller may see it.

use posars_domain::sale::Buyer;
use posars_domain::{Path, Personal, SubjectId};
use posars_event_store::StreamName;
use uuid::Uuid;

use crate::proto::sales::v1 as pb;
use crate::visibility::{Hidden, SealedField, Sort};

/// What is known of a buyer, and for which event it was sealed.
pub(crate) struct SealedBuyer<'a> {
    pub(crate) subject: Option<&'a SubjectId>,
    pub(crate) buyer: &'a mut Buyer,
    pub(crate) stream: &'a StreamName,
    pub(crate) event_id: Uuid,
}

impl<'a> SealedBuyer<'a> {
    /// Its fields, to be revealed.
    pub(crate) fn fields(self) -> Vec<SealedField<'a>> {
        let Self {
            subject,
            buyer,
            stream,
            event_id,
        } = self;
        let field = |name, data| SealedField {
            sort: Sort::Buyer,
            name,
            subject,
            stream,
            event_id,
            path: Path::field("buyer").then(name),
            data,
        };
        let mut fields = Vec::with_capacity(2);
        if let Some(tax_id) = &mut buyer.tax_id {
            fields.push(field("tax_id", tax_id));
        }
        if let Some(name) = &mut buyer.name {
            fields.push(field("name", name));
        }
        fields
    }
}

/// Writes what is in the clear of a buyer, and the names of the rest.
pub(crate) fn write_buyer(buyer: &Buyer, hidden: Hidden) -> pb::Buyer {
    pb::Buyer {
        tax_id: clear(buyer.tax_id.as_ref()),
        name: clear(buyer.name.as_ref()),
        masked_fields: hidden.masked,
        erased_fields: hidden.erased,
        locked_fields: hidden.locked,
    }
}

/// The names of what is sealed of a buyer.
pub(crate) fn sealed_of_buyer(buyer: &Buyer) -> Vec<String> {
    let tax_id = buyer.tax_id.as_ref().and_then(Personal::sealed).map(|_| "tax_id");
    let name = buyer.name.as_ref().and_then(Personal::sealed).map(|_| "name");
    tax_id.into_iter().chain(name).map(str::to_owned).collect()
}

fn clear<T: ToString>(data: Option<&Personal<T>>) -> String {
    data.and_then(Personal::clear)
        .map(T::to_string)
        .unwrap_or_default()
}
