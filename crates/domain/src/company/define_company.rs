//! Setting a company up.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Company, CompanyDefined, CompanyRejection, CompanyState};
use crate::books::all_books;
use crate::misplaced::{Refused, not_an_id, not_in_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Cnpj, Command, CompanyId, Currency, Decided, Decision, Founded, Given};

/// Sets up the company, and its books with it: every company has a chart of accounts and posting rules from its first day,
/// so that nothing that happens waits for them. The same definition again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineCompany {
    /// The company.
    pub company_id: CompanyId,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// The CNPJ of its head office.
    pub cnpj: Option<Cnpj>,
    /// The currency its books are kept in.
    pub currency: Currency,
}

impl Command for DefineCompany {
    type Of = Company;
    type Answer = CompanyDefined;

    const NAME: &'static str = "DefineCompany";

    fn stream_id(&self) -> impl Display + Send {
        &self.company_id
    }

    fn founds(&self) -> Vec<Founded> {
        all_books(self.currency)
    }

    fn decide(&self, state: &CompanyState, _given: &Given<'_>) -> Decided<Company> {
        let defined = CompanyDefined {
            company_id: self.company_id.clone(),
            name: text::required("name", &self.name, NAME_CHARS_MAX)?,
            cnpj: self.cnpj.clone(),
            currency: self.currency,
        };
        match &state.defined {
            None => {
                not_an_id("company_id", defined.company_id.as_str(), Refused::Cpf)?;
                not_in_words("name", &defined.name, Refused::Both)?;
                Ok(Decision::event(defined))
            }
            Some(before) if *before == defined => Ok(Decision::nothing()),
            Some(before) => Err(CompanyRejection::CompanyExists {
                company_id: before.company_id.clone(),
            }),
        }
    }
}
