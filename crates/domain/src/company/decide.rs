//! The rules of a company.

use serde::{Deserialize, Serialize};

use super::{CompanyDefined, CompanyEvent, CompanyRejection, CompanyState};
use crate::misplaced::{Refused, not_an_id, not_in_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Cnpj, CompanyId, Currency, Decider, Decision};

/// The company's rules.
#[derive(Debug, Clone, Copy)]
pub struct Company;

impl Company {
    /// The id part of the stream's name.
    #[must_use]
    pub fn stream_id(company_id: &CompanyId) -> String {
        company_id.to_string()
    }
}

/// A company's decisions need nothing from outside its stream.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompanyContext;

/// What can be asked of a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompanyCommand {
    /// Set it up.
    DefineCompany(DefineCompany),
}

/// Sets up the company; the same definition again changes nothing.
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

impl From<DefineCompany> for CompanyCommand {
    fn from(command: DefineCompany) -> Self {
        Self::DefineCompany(command)
    }
}

impl Decider for Company {
    const CATEGORY: &'static str = "company";
    type Command = CompanyCommand;
    type Context = CompanyContext;
    type Event = CompanyEvent;
    type State = CompanyState;
    type Rejection = CompanyRejection;

    fn decide(
        state: &CompanyState,
        command: &CompanyCommand,
        _context: &CompanyContext,
    ) -> Result<Decision<CompanyEvent, CompanyRejection>, CompanyRejection> {
        match command {
            CompanyCommand::DefineCompany(command) => define(state, command),
        }
    }

    fn evolve(_state: CompanyState, event: &CompanyEvent) -> CompanyState {
        match event {
            CompanyEvent::CompanyDefined(defined) => CompanyState {
                defined: Some(defined.clone()),
            },
        }
    }
}

fn define(
    state: &CompanyState,
    command: &DefineCompany,
) -> Result<Decision<CompanyEvent, CompanyRejection>, CompanyRejection> {
    let defined = CompanyDefined {
        company_id: command.company_id.clone(),
        name: text::required("name", &command.name, NAME_CHARS_MAX)?,
        cnpj: command.cnpj.clone(),
        currency: command.currency,
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
