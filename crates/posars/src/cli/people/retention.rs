//! `posars people retention`: for how long personal data is kept.

use std::io::{self, Write};

use clap::Args;
use posars_domain::RetentionPolicy;
use posars_domain::company::SetRetentionPolicy;
use serde::Serialize;

use super::by_command;
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Options of `posars people retention`.
#[derive(Debug, Args)]
pub(crate) struct RetentionArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// Months of what reaches a person, 1 to 1200
    #[arg(long, value_name = "MONTHS")]
    contact: Option<u32>,
    /// Months of who bought, 60 to 1200
    #[arg(long, value_name = "MONTHS")]
    fiscal: Option<u32>,
    /// Months of what an employer has to keep, from the last day of work on, 60 to 1200
    #[arg(long, value_name = "MONTHS")]
    labour: Option<u32>,
}

/// The policy that holds.
#[derive(Debug, Serialize)]
pub(super) struct Retention {
    #[serde(flatten)]
    policy: RetentionPolicy,
}

/// Tells the policy; with an option, sets it before. What is not named stays as it is.
pub(super) async fn run(session: &Session, args: &RetentionArgs) -> Result<Retention, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            if let (None, None, None) = (args.contact, args.fiscal, args.labour) {
                let policy = house.commands.retention_policy().await?;
                return Ok(Retention { policy });
            }
            let command = SetRetentionPolicy {
                company_id: house.company_id.clone(),
                contact_months: args.contact,
                fiscal_months: args.fiscal,
                labour_months: args.labour,
            };
            let envelope = by_command("posars people retention");
            house.commands.carry_out(&command, &envelope).await?;
            let policy = house.commands.retention_policy().await?;
            Ok(Retention { policy })
        })
        .await
}

impl Outcome for Retention {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let RetentionPolicy {
            contact_months,
            fiscal_months,
            labour_months,
        } = self.policy;
        let rows = [
            ("contact", "to reach a person", contact_months),
            ("fiscal", "who bought", fiscal_months),
            ("labour", "what an employer has to keep", labour_months),
        ];
        let rows = rows.map(|(class, what, months)| [class.to_owned(), what.to_owned(), months.to_string()]);
        writeln!(
            out,
            "{}",
            table(["kept for", "what", "months after the last use"], rows)
        )
    }
}
