//! `posars reactors waiting`: sale lines that wait for their product.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use posars_commands::reactors::{AwaitedProduct, WaitingLines, awaited_products, waiting_lines};
use posars_domain::waiting::SaleLinesParked;
use posars_domain::{CompanyId, Sku};
use posars_event_store::{StreamName, Version};
use serde::Serialize;

use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Options of `posars reactors waiting`.
#[derive(Debug, Args)]
pub(crate) struct WaitingArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The sales, voids and returns that wait for this product, instead of the products
    #[arg(long, value_name = "SKU")]
    sku: Option<Sku>,
    /// Go on after this: `next` of the page before
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
    /// Most rows, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

/// What waits.
#[derive(Debug, Serialize)]
pub(super) struct Waiting {
    company: CompanyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<Sku>,
    #[serde(skip_serializing_if = "Option::is_none")]
    products: Option<Vec<ProductLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    movements: Option<Vec<MovementLine>>,
    /// Where the next page goes on; none when this is the last.
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct ProductLine {
    sku: Sku,
    movements: u64,
    since: Timestamp,
    last_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct MovementLine {
    version: u64,
    parked_at: Timestamp,
    #[serde(flatten)]
    event: SaleLinesParked,
}

impl From<AwaitedProduct> for ProductLine {
    fn from(product: AwaitedProduct) -> Self {
        Self {
            sku: product.sku,
            movements: product.movements,
            since: product.since,
            last_at: product.last_at,
        }
    }
}

impl From<WaitingLines> for MovementLine {
    fn from(lines: WaitingLines) -> Self {
        Self {
            version: lines.version.get(),
            parked_at: lines.parked_at,
            event: lines.event,
        }
    }
}

/// Lists one page of it.
pub(super) async fn run(session: &Session, args: &WaitingArgs) -> Result<Waiting, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            match &args.sku {
                None => products(&house, args).await,
                Some(sku) => movements(&house, args, sku).await,
            }
        })
        .await
}

async fn products(house: &House, args: &WaitingArgs) -> Result<Waiting, Failure> {
    let after = args.after.as_deref().map(StreamName::parse).transpose();
    let after = after.map_err(|error| bad_page(&error))?;
    let limit = usize::from(args.limit);
    // One row more than asked for tells whether there is a next page.
    let mut products = awaited_products(&house.log, after, limit + 1).await?;
    let has_more = products.len() > limit;
    products.truncate(limit);
    let next = products.last().filter(|_| has_more);
    Ok(Waiting {
        company: house.company_id.clone(),
        sku: None,
        movements: None,
        next: next.map(|last| last.stream.to_string()),
        products: Some(products.into_iter().map(ProductLine::from).collect()),
    })
}

async fn movements(house: &House, args: &WaitingArgs, sku: &Sku) -> Result<Waiting, Failure> {
    let after = args.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|error: std::num::ParseIntError| bad_page(&error))?;
    let limit = usize::from(args.limit);
    let asked = u32::from(args.limit) + 1;
    let mut lines = waiting_lines(&house.log, sku, Version::new(after.unwrap_or(0)), asked).await?;
    let has_more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| has_more);
    Ok(Waiting {
        company: house.company_id.clone(),
        sku: Some(sku.clone()),
        products: None,
        next: next.map(|last| last.version.to_string()),
        movements: Some(lines.into_iter().map(MovementLine::from).collect()),
    })
}

fn bad_page(problem: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Usage,
        "PAGE_INVALID",
        format!("--after is not where a page ends: {problem}"),
    )
    .next("give the `next` of the page before, with the same --sku, or leave --after out")
}

impl Outcome for Waiting {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let company = option_of(self.company.as_str());
        if let Some(products) = &self.products {
            if products.is_empty() {
                return writeln!(out, "Nothing waits: every product that was sold is defined.");
            }
            let rows = products.iter().map(|line| {
                [
                    line.sku.to_string(),
                    line.movements.to_string(),
                    line.since.to_string(),
                    line.last_at.to_string(),
                ]
            });
            writeln!(out, "{}", table(["sku", "waiting", "since", "last"], rows))?;
            writeln!(
                out,
                "Next: define them, by API or with `posars import products.xlsx{company}`; what waits then moves by itself"
            )?;
        }
        if let Some(movements) = &self.movements {
            let rows = movements.iter().map(|line| {
                let quantities: Vec<String> = line
                    .event
                    .lines
                    .iter()
                    .map(|line| line.quantity.to_string())
                    .collect();
                [
                    format!("{:?}", line.event.movement).to_lowercase(),
                    line.event.sale_id.to_string(),
                    line.event.store_id.to_string(),
                    line.event.business_date.to_string(),
                    quantities.join(" + "),
                ]
            });
            writeln!(
                out,
                "{}",
                table(["what", "sale", "store", "day", "quantity"], rows)
            )?;
        }
        if let Some(next) = &self.next {
            let sku = self
                .sku
                .as_ref()
                .map_or_else(String::new, |sku| format!(" --sku {sku}"));
            writeln!(out, "More: posars reactors waiting{sku} --after {next}{company}")?;
        }
        Ok(())
    }
}
