//! Who bought: what a till says of the customer, and what the sale keeps of it under the customer's own key.

use serde::{Deserialize, Serialize};

use super::{Buyer, SaleRecorded};
use crate::person::{GivenPerson, PersonSought, WhenErased};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{InvalidValue, Path, Personal, RetentionClass, SubjectId, TaxId};

/// Who bought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Customer {
    /// The person or company, as a key to data kept elsewhere. Without it whoever has the tax number already, or somebody
    /// new.
    pub subject_id: Option<SubjectId>,
    /// The tax number on the receipt.
    pub tax_id: Option<Personal<TaxId>>,
    /// The name on the receipt, at most 200 characters.
    pub name: Option<Personal<String>>,
}

impl Customer {
    /// The person whose key the data is sealed with; nobody where there is no data.
    pub(super) fn sought(&self) -> Option<PersonSought<'_>> {
        if self.tax_id.is_none() && self.name.is_none() {
            return None;
        }
        let tax_id = self.tax_id.as_ref().and_then(Personal::clear);
        Some(PersonSought {
            subject: self.subject_id.as_ref(),
            finder: tax_id.map(TaxId::as_str),
            class: RetentionClass::Fiscal,
            when_erased: WhenErased::Replaced,
        })
    }

    /// What the sale keeps of it; nothing where nothing is said.
    fn buyer(&self) -> Result<Option<Box<Buyer>>, InvalidValue> {
        let name = match &self.name {
            Some(Personal::Clear(name)) => {
                let field = Path::field("customer").then("name");
                text::maybe(field, Some(name), NAME_CHARS_MAX)?.map(Personal::from)
            }
            sealed => sealed.clone(),
        };
        let tax_id = self.tax_id.clone();
        Ok((tax_id.is_some() || name.is_some()).then(|| Buyer { tax_id, name }.into()))
    }
}

/// Who bought, and what is kept of them: with data the person that it belongs to, else whoever the till named.
pub(super) fn customer_of(
    customer: Option<&Customer>,
    person: Option<&GivenPerson>,
) -> Result<(Option<SubjectId>, Option<Box<Buyer>>), InvalidValue> {
    let Some(customer) = customer else {
        return Ok((None, None));
    };
    let buyer = customer.buyer()?;
    // Data is never kept without somebody whose key can be destroyed: then it is only checked.
    Ok(match person.filter(|_| buyer.is_some()) {
        Some(person) => (Some(person.subject_id.clone()), buyer),
        None => (customer.subject_id.clone(), None),
    })
}

/// Whether a sale may have been made to the one that it is now said to be made to, as far as a rule can tell: what is
/// sealed may be anything, and whoever was not named may be anybody.
///
/// A sale from before buyers were kept says nothing of its buyer. A till or a sheet that tells of it again tells nothing
/// else.
pub(super) fn may_be_same_customer(
    before: &SaleRecorded,
    again: &SaleRecorded,
    named: Option<&SubjectId>,
) -> bool {
    let Some(buyer) = &again.buyer else {
        return before.buyer.is_none() && before.customer == again.customer;
    };
    let is_same_person = match named {
        Some(_) if before.customer.as_ref() == named => true,
        // Their data was erased, and somebody else stands for them.
        Some(_) => again.customer.as_ref() != named && before.buyer.is_some(),
        None => before.buyer.is_some() || before.customer.is_none(),
    };
    let is_same_data = before.buyer.as_ref().is_none_or(|before| {
        may_be_same(before.tax_id.as_ref(), buyer.tax_id.as_ref())
            && may_be_same(before.name.as_ref(), buyer.name.as_ref())
    });
    is_same_person && is_same_data
}

fn may_be_same<T: PartialEq>(before: Option<&Personal<T>>, again: Option<&Personal<T>>) -> bool {
    match (before, again) {
        (None, None) => true,
        (Some(before), Some(again)) => match (before.clear(), again.clear()) {
            (Some(before), Some(again)) => before == again,
            _ => true,
        },
        (Some(_), None) | (None, Some(_)) => false,
    }
}
