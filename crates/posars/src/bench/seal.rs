//! Sealing who bought, against the same sales without a buyer; and opening the buyers again, against a rebuild that reads
//! the same events.

use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use jiff::Timestamp;
use posars_commands::{Actor, BATCH_MAX, Commands, Envelope, Offered, Source, Written};
use posars_domain::sale::{Customer, RecordSale, SaleEvent};
use posars_domain::{DomainEvent as _, RetentionClass, SubjectId, TaxId};
use posars_event_store::{EventStore, Log, LogName, Position, ReadLog, StoreConfig, StreamName};
use posars_keyring::{Keyring, MemoryMasterKey, Opening, Place as Sealed, Wanted};
use posars_projections::{Projections, RebuildOptions};
use serde::Serialize;
use uuid::Uuid;

use super::load::median_of;
use super::sample_sale::{record_sale, stores};
use super::scratch::on_scratch;
use super::{Place, ROUNDS, table};

/// Buyers who come again and again.
const BUYERS: u64 = 2_000;
/// Fields of a sale that are sealed: the CPF and the name.
const FIELDS_PER_SALE: u64 = 2;
/// Events whose fields are opened together, as a page of a list is.
const PAGE_EVENTS: u32 = 1_000;

/// Options of `posars bench seal`.
#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    /// Sales with a buyer in the log; each has two sealed fields
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1_000..=1_000_000))]
    sales: u64,
    /// Which read model is rebuilt from the same events
    #[arg(long, default_value = "sales")]
    projection: String,
    #[command(flatten)]
    place: Place,
}

/// What was measured: medians over the rounds.
#[derive(Debug, Serialize)]
struct Report {
    sales: u64,
    rounds: usize,
    /// Keys looked up and both fields sealed, for a buyer who is known.
    seal_us_per_sale: f64,
    /// A sale of a batch, without a buyer.
    plain_us_per_sale: f64,
    /// The same with a buyer who is known.
    known_buyer_us_per_sale: f64,
    /// The same with somebody new each time: a person and a key are made.
    new_buyer_us_per_sale: f64,
    known_buyer_adds_us: f64,
    new_buyer_adds_us: f64,
    fields: u64,
    /// Opening all fields, a page at a time, once the events are read.
    open_seconds: f64,
    open_us_per_field: f64,
    projection: String,
    /// Fold and load of the same events.
    rebuild_seconds: f64,
    open_to_rebuild: f64,
}

/// Runs it and prints the report.
pub(crate) async fn run(args: SealArgs) -> anyhow::Result<()> {
    let report = on_scratch(&args.place, 1, async |url| measure(url, &args).await).await?;
    table::print(&report, args.place.json)
}

/// Who buys.
#[derive(Clone, Copy)]
enum Buyer {
    Nobody,
    Known,
    New,
}

async fn measure(url: &str, args: &SealArgs) -> anyhow::Result<Report> {
    let store = EventStore::connect(StoreConfig::new(url)).await?;
    let sales = args.sales / 1_000 * 1_000;
    let (log, commands) = company(&store, "timing").await?;
    let (mut plain, mut known, mut new, mut seals) = (vec![], vec![], vec![], vec![]);
    let mut numbers = 0;
    // The known ones become known.
    record(&commands, &mut numbers, BUYERS, Buyer::Known).await?;
    let of_round = (sales / 10).next_multiple_of(1_000);
    for _ in 0..ROUNDS {
        plain.push(record(&commands, &mut numbers, of_round, Buyer::Nobody).await?);
        known.push(record(&commands, &mut numbers, of_round, Buyer::Known).await?);
        new.push(record(&commands, &mut numbers, of_round, Buyer::New).await?);
        seals.push(seal(&log, commands.keyring(), of_round).await?);
    }
    let (log, commands) = company(&store, "opening").await?;
    record(&commands, &mut 0, sales, Buyer::Known).await?;
    let projections = Projections::open(store, log.clone()).await?;
    let (mut opens, mut rebuilds) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        opens.push(open(&log, commands.keyring(), sales * FIELDS_PER_SALE).await?);
        let options = RebuildOptions { workers: 2 };
        let report = projections
            .rebuild(&args.projection, &options, &|_| {
                std::ops::ControlFlow::Continue(())
            })
            .await?;
        rebuilds.push(report.load_seconds);
    }
    let fields = sales * FIELDS_PER_SALE;
    let adds = |with: &[f64]| {
        let pairs = with.iter().zip(&plain);
        median_of(pairs.map(|(with, plain)| with - plain).collect())
    };
    let ratios = opens.iter().zip(&rebuilds);
    Ok(Report {
        sales,
        rounds: ROUNDS,
        known_buyer_adds_us: adds(&known),
        new_buyer_adds_us: adds(&new),
        seal_us_per_sale: median_of(seals),
        plain_us_per_sale: median_of(plain),
        known_buyer_us_per_sale: median_of(known),
        new_buyer_us_per_sale: median_of(new),
        fields,
        open_to_rebuild: median_of(ratios.map(|(open, rebuild)| open / rebuild).collect()),
        open_us_per_field: median_of(opens.clone()) * 1e6 / f64::from(u32::try_from(fields)?),
        open_seconds: median_of(opens),
        projection: args.projection.clone(),
        rebuild_seconds: median_of(rebuilds),
    })
}

async fn company(store: &EventStore, name: &str) -> anyhow::Result<(Log, Commands)> {
    let log = store.log(&LogName::parse(name)?).await?;
    let keyring = Keyring::new(log.clone(), Some(Arc::new(MemoryMasterKey::default())));
    let commands = Commands::new(log.clone()).with_keyring(keyring);
    for define in stores()? {
        commands.carry_out(&define, &envelope()).await?;
    }
    Ok((log, commands))
}

/// Records sales in batches; microseconds for each.
async fn record(commands: &Commands, numbers: &mut u64, sales: u64, buyer: Buyer) -> anyhow::Result<f64> {
    let offers = (0..sales).map(|_| {
        *numbers += 1;
        Ok(Offered::new(sale(*numbers, buyer)?, envelope()))
    });
    let offers: Vec<Offered<RecordSale>> = offers.collect::<anyhow::Result<_>>()?;
    let began = Instant::now();
    for some in offers.chunks(BATCH_MAX) {
        for answer in commands.record_sales(some).await {
            anyhow::ensure!(answer? == Written::Now, "a sale was there before");
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(sales)?))
}

fn sale(number: u64, buyer: Buyer) -> anyhow::Result<RecordSale> {
    let person = match buyer {
        Buyer::Nobody => return record_sale(number),
        Buyer::Known => number % BUYERS,
        Buyer::New => 1_000_000 + number,
    };
    Ok(RecordSale {
        customer: Some(Customer {
            subject_id: None,
            tax_id: Some(cpf(person)?.into()),
            name: Some(format!("Maria Aparecida de Souza {person}").into()),
        }),
        ..record_sale(number)?
    })
}

/// The CPF with these first nine digits.
fn cpf(number: u64) -> anyhow::Result<TaxId> {
    let mut digits: Vec<u64> = format!("{:09}", 100_000_000 + number)
        .bytes()
        .map(|byte| u64::from(byte - b'0'))
        .collect();
    for _ in 0..2 {
        let weights = (2..=u64::try_from(digits.len())? + 1).rev();
        let sum: u64 = digits
            .iter()
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        digits.push((sum * 10) % 11 % 10);
    }
    let digits: String = digits.iter().map(u64::to_string).collect();
    Ok(digits.parse()?)
}

/// Asks for the key of a known buyer and seals both fields, without a log; microseconds for each sale.
async fn seal(log: &Log, keyring: &Keyring, times: u64) -> anyhow::Result<f64> {
    let page = log.read_log(&ReadLog::after(Position::START, 100)).await?;
    let stored = page
        .events
        .iter()
        .find(|event| event.event_type.as_str() == "SaleRecorded");
    let stored = stored.ok_or_else(|| anyhow::anyhow!("no sale was recorded"))?;
    let tax_id = cpf(1)?;
    let subject: SubjectId = keyring
        .find(tax_id.as_str())
        .await?
        .first()
        .ok_or_else(|| anyhow::anyhow!("the buyer is not found"))?
        .subject
        .clone();
    let wanted = [Wanted {
        subject,
        class: RetentionClass::Fiscal,
        used_on: "2026-01-15".parse()?,
        finder: Some(tax_id.as_str().to_owned()),
    }];
    let SaleEvent::SaleRecorded(mut recorded) = SaleEvent::from_json("SaleRecorded", 1, &stored.data)? else {
        anyhow::bail!("no sale");
    };
    recorded.customer = wanted.first().map(|wanted| wanted.subject.clone());
    let event_id = Uuid::now_v7();
    let stream: &StreamName = &stored.stream;
    let mut seconds = 0.0;
    for _ in 0..times {
        if let Some(buyer) = &mut recorded.buyer {
            buyer.tax_id = Some(tax_id.clone().into());
            buyer.name = Some("Maria Aparecida de Souza 1".to_owned().into());
        }
        let mut event = SaleEvent::from(recorded.clone());
        let began = Instant::now();
        keyring.find_buyers(&[tax_id.as_str()]).await?;
        let keys = keyring.keys(&wanted).await?;
        keyring.seal(event.personal(), Sealed { stream, event_id }, &keys)?;
        seconds += began.elapsed().as_secs_f64();
    }
    Ok(seconds * 1e6 / f64::from(u32::try_from(times)?))
}

/// Opens what is personal in the whole log; the seconds without reading it.
async fn open(log: &Log, keyring: &Keyring, fields: u64) -> anyhow::Result<f64> {
    let (mut after, mut seconds, mut opened) = (Position::START, 0.0, 0);
    loop {
        let page = log.read_log(&ReadLog::after(after, PAGE_EVENTS)).await?;
        let mut events = Vec::new();
        for stored in page.events {
            if stored.event_type.as_str() == "SaleRecorded" {
                let event = SaleEvent::from_json("SaleRecorded", stored.schema_version, &stored.data)?;
                events.push((stored.stream, stored.event_id, event));
            }
        }
        let began = Instant::now();
        let mut openings = Vec::new();
        for (stream, event_id, event) in &mut events {
            let place = Sealed {
                stream,
                event_id: *event_id,
            };
            openings.extend(event.personal().into_iter().map(|field| Opening {
                place,
                path: field.path,
                data: field.data,
            }));
        }
        opened += u64::try_from(keyring.open(&mut openings).await?.clear)?;
        seconds += began.elapsed().as_secs_f64();
        if page.at_end {
            anyhow::ensure!(opened == fields, "{opened} of {fields} fields were opened");
            return Ok(seconds);
        }
        after = page.scanned_to;
    }
}

fn envelope() -> Envelope {
    let actor = Actor {
        subject: "bench".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}
