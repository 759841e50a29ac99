//! `posars finance periods`: the months of the books, and how each stands.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use posars_domain::{CompanyId, Month};
use posars_projections::{Freshness, PAGE_ROWS_MAX, PageRequest, Period};
use serde::Serialize;

use super::FRESHNESS_WAIT;
use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Options of `posars finance periods`.
#[derive(Debug, Args)]
pub(crate) struct PeriodsArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
}

/// The months of the books.
#[derive(Debug, Serialize)]
pub(super) struct Periods {
    company: CompanyId,
    periods: Vec<PeriodLine>,
    /// It includes every event up to here.
    position: u64,
}

#[derive(Debug, Serialize)]
struct PeriodLine {
    month: Month,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_at: Option<Timestamp>,
    /// The seal: every entry of the month stands before.
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to_position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    reopened: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reopen_reason: Option<String>,
}

impl From<Period> for PeriodLine {
    fn from(period: Period) -> Self {
        let seal = period.seal;
        Self {
            month: period.month,
            state: period.state.as_str(),
            closed_at: seal.as_ref().map(|seal| seal.closed_at),
            locked_at: period.locked_at,
            up_to_position: seal.as_ref().map(|seal| seal.up_to_position.get()),
            sha256: seal.map(|seal| seal.sha256),
            reopened: period.reopened,
            reopen_reason: period.reopen_reason,
        }
    }
}

/// Lists the months: those of a century are one page and a bit.
pub(super) async fn run(session: &Session, args: &PeriodsArgs) -> Result<Periods, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let head = house.catch_up(session.screen).await?;
            let mut request = PageRequest::first(PAGE_ROWS_MAX);
            let mut freshness = Freshness::at_least(head, FRESHNESS_WAIT);
            let mut periods = Vec::new();
            loop {
                let page = house.projections.list_periods(&request, freshness).await?;
                let next = request.following(&page);
                let position = page.position.get();
                periods.extend(page.rows.into_iter().map(PeriodLine::from));
                let Some(following) = next else {
                    return Ok(Periods {
                        company: house.company_id.clone(),
                        periods,
                        position,
                    });
                };
                request = following;
                freshness = Freshness::ANY;
            }
        })
        .await
}

impl Outcome for Periods {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let company = option_of(self.company.as_str());
        if self.periods.is_empty() {
            return writeln!(out, "Nothing is posted to the books of {} yet.", self.company);
        }
        let rows = self.periods.iter().map(|line| {
            let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
            [
                line.month.to_string(),
                line.state.to_owned(),
                time(line.closed_at),
                line.sha256.as_deref().map(short).unwrap_or_default(),
                line.reopen_reason.clone().unwrap_or_default(),
            ]
        });
        let titles = ["month", "state", "closed", "seal", "opened again"];
        writeln!(out, "{}", table(titles, rows))?;
        match self.periods.iter().find(|line| line.state == "open") {
            Some(open) => writeln!(
                out,
                "Next: posars finance close --month {}{company}, when all of it is recorded",
                open.month
            ),
            None => Ok(()),
        }
    }
}

/// The beginning of a hash: enough to see that two are the same.
fn short(sha256: &str) -> String {
    sha256.chars().take(12).chain(['…']).collect()
}
