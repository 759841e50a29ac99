//! What it costs to seal the buyer of a sale, beside the round trips.

use std::hint::black_box;
use std::time::{Duration, Instant};

use posars_domain::person::GivenPerson;
use posars_domain::sale::{Customer, RecordSale, SaleEvent};
use posars_domain::{DomainEvent as _, Personal, TaxId};
use posars_event_store::StreamName;
use posars_keyring::{Keyring, Place, SubjectKeys, Wanted};
use uuid::Uuid;

use super::sample_sale::{buyer, record_sale, sale_event};
use super::{ROUNDS, load};

/// Sales of one round.
const SALES: u32 = 20_000;

/// What a CPF adds to the work on one sale of a buyer who is known: finding the buyer, getting the key, sealing, and the
/// longer event.
pub(super) async fn sealing_us(keyring: &Keyring) -> anyhow::Result<f64> {
    let stream = StreamName::parse("sale-of-the-benchmark")?;
    let place = Place {
        stream: &stream,
        event_id: Uuid::now_v7(),
    };
    let customer = buyer(0)?;
    let tax_id = customer.tax_id.as_ref().and_then(Personal::clear);
    let finder = tax_id.map_or("", TaxId::as_str).to_owned();
    let (with, without) = (sold(Some(customer))?, sold(None)?);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..SALES {
            black_box(without.clone().to_json());
        }
        let plain = started.elapsed();
        let started = Instant::now();
        for _ in 0..SALES {
            let keys = keys(keyring, &with, &finder).await?;
            let mut event = with.clone();
            keyring.seal(event.personal(), place, &keys)?;
            black_box(event.to_json());
        }
        rounds.push(us_each(started.elapsed().saturating_sub(plain)));
    }
    Ok(load::median_of(rounds))
}

/// As for every sale: the buyer is found, and the key is at hand.
async fn keys(keyring: &Keyring, event: &SaleEvent, finder: &str) -> anyhow::Result<SubjectKeys> {
    black_box(keyring.find_buyers(&[finder]).await?);
    let mut event = event.clone();
    let wanted = event.personal().first().map(|field| Wanted {
        subject: field.subject.clone(),
        class: field.class,
        used_on: field.used_on,
        finder: Some(finder.to_owned()),
    });
    Ok(keyring.keys(wanted.as_slice()).await?)
}

fn us_each(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(SALES)
}

/// A sale to somebody, as it is decided.
fn sold(customer: Option<Customer>) -> anyhow::Result<SaleEvent> {
    let person = GivenPerson {
        subject_id: "buyer_of_the_benchmark".parse()?,
        erased: [].into(),
    };
    let command = RecordSale {
        customer,
        ..record_sale(0)?
    };
    sale_event(&command, Some(&person))
}
