//! `posars up --demo`: a believable shop with six weeks behind it, the same on every machine, seeded once.
//!
//! Every id follows from its place in the plan and every date from the day the first store was defined, so seeding
//! again, also after a crash half-way, changes nothing that is there and adds what is missing.

mod books;
mod catalogue;
mod dice;
mod people;
mod visit;

use std::str::FromStr;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan as _};
use posars_commands::{Actor, Envelope, Source};
use posars_domain::product::DefineProduct;
use posars_domain::register::DefineRegister;
use posars_domain::stock::{ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::store::DefineStore;
use posars_domain::{Amount, Currency, InvalidValue, LineId, Quantity, ReceiptId, StoreZone, name_based_id};
use posars_event_store::{Direction, StreamName, Version};
use uuid::Uuid;

use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::progress;
use crate::screen::Screen;
use catalogue::{PRODUCTS, STORES, Sold};
use visit::{Visit, VisitNumber, at, customers, visit};

/// The company's name when the demo is what defines it.
pub(crate) const COMPANY_NAME: &str = "Empório Bem-te-vi";
/// The last days of trade before the day of seeding, numbered from 0.
const LATER_DAYS: u32 = 28;
/// The days before those, numbered after them: six weeks in all, so that some are always of the month before. A demo of
/// four weeks, as they once were, keeps the numbers and thus the ids of its days.
const EARLIER_DAYS: u32 = 14;
/// Goods come in before the first day and then every so many days.
const DELIVERY_EVERY_DAYS: u32 = 7;
/// Commands under way at once: enough to fill the log's batches.
const AT_ONCE: usize = 64;
const ZONE: &str = "America/Sao_Paulo";

/// What the seeding did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seeded {
    /// The first and last day of trade.
    pub(crate) days: (Date, Date),
    /// Sales recorded by this run; 0 when the demo was there.
    pub(crate) sales: u32,
}

/// Seeds what is missing.
///
/// # Errors
/// Those of the commands: the database away, or a shop of the same names with other content.
pub(crate) async fn seed(house: &House, screen: Screen) -> Result<Seeded, Failure> {
    let zone: StoreZone = parsed(ZONE)?;
    define_stores(house, &zone).await?;
    let days = days(opened_at(house).await?, &zone)?;
    let (Some((_, first)), Some((_, last))) = (days.first().copied(), days.last().copied()) else {
        return Err(broken("no days"));
    };
    if is_complete(house, last, &zone).await? {
        // The books may be younger than the demo, or their seeding was cut off.
        if !books::are_kept(house).await? {
            books::close(house, last).await?;
        }
        return Ok(Seeded {
            days: (first, last),
            sales: 0,
        });
    }
    define_products(house).await?;
    books::open(house, first).await?;
    people::hire(house, first).await?;
    let bar = progress::bar(screen, "seeding the demo", u64::from(EARLIER_DAYS + LATER_DAYS));
    let mut sales = 0;
    // Day by day, so that the log tells the story in its order.
    for (day, date) in days {
        if day % DELIVERY_EVERY_DAYS == 0 {
            deliver(house, day, date, &zone).await?;
        }
        sales += trade(house, day, date, &zone).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    books::close(house, last).await?;
    Ok(Seeded {
        days: (first, last),
        sales,
    })
}

async fn define_stores(house: &House, zone: &StoreZone) -> Result<(), Failure> {
    for store in &STORES {
        let command = DefineStore {
            store_id: parsed(store.id)?,
            name: store.name.to_owned(),
            cnpj: None,
            time_zone: zone.clone(),
            day_cutover: Time::midnight(),
            currency: Currency::BRL,
        };
        house.commands.carry_out(&command, &envelope()).await?;
        for register_no in ["1", "2"] {
            let command = DefineRegister {
                store_id: parsed(store.id)?,
                register_no: parsed(register_no)?,
                name: None,
            };
            house.commands.carry_out(&command, &envelope()).await?;
        }
    }
    Ok(())
}

/// When the first store was defined: the day that all others are counted from.
async fn opened_at(house: &House) -> Result<Timestamp, Failure> {
    let [store, _] = &STORES;
    let stream = StreamName::new("store", store.id).map_err(|error| broken(&error.to_string()))?;
    let first = house
        .log
        .read_stream(&stream, Version::new(1), Direction::Forwards, 1)
        .await?;
    first
        .first()
        .map(|event| event.recorded_at)
        .ok_or_else(|| broken("the store was not defined"))
}

/// The days of trade with their numbers, in order.
fn days(opened_at: Timestamp, zone: &StoreZone) -> Result<Vec<(u32, Date)>, Failure> {
    let today = opened_at.to_zoned(zone.time_zone().clone()).date();
    let earlier = LATER_DAYS..LATER_DAYS + EARLIER_DAYS;
    let back = (1..=i64::from(EARLIER_DAYS + LATER_DAYS)).rev();
    earlier
        .chain(0..LATER_DAYS)
        .zip(back)
        .map(|(day, back)| match today.checked_sub(back.days()) {
            Ok(date) => Ok((day, date)),
            Err(error) => Err(broken(&error.to_string())),
        })
        .collect()
}

async fn is_complete(house: &House, last: Date, zone: &StoreZone) -> Result<bool, Failure> {
    let (store, day) = (1, LATER_DAYS - 1);
    let [_, facts] = &STORES;
    let customer = customers(store, facts, day, last).saturating_sub(1);
    let sale = visit(VisitNumber { store, day, customer }, last, zone)?.sale;
    let stream = StreamName::new("sale", sale.sale_id).map_err(|error| broken(&error.to_string()))?;
    Ok(house
        .log
        .last_events(&[stream])
        .await?
        .iter()
        .any(Option::is_some))
}

async fn define_products(house: &House) -> Result<(), Failure> {
    stream::iter(&PRODUCTS)
        .map(async |product| {
            let (unit, decimals) = match product.sold {
                Sold::Piece => ("UN", 0),
                Sold::Weight => ("KG", 3),
            };
            let command = DefineProduct {
                sku: parsed(product.sku)?,
                name: product.name.to_owned(),
                gtin: None,
                ncm: None,
                unit: unit.to_owned(),
                decimals,
                tracked: true,
            };
            house.commands.carry_out(&command, &envelope()).await?;
            Ok::<_, Failure>(())
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Fills the shelves of both stores for a week, more of what sells more.
async fn deliver(house: &House, day: u32, date: Date, zone: &StoreZone) -> Result<(), Failure> {
    for (index, store) in (0_u32..).zip(&STORES) {
        let lines = (1..).zip(&PRODUCTS).map(|(line, product)| {
            let pieces = product.weight * store.customers / 3 + 12;
            Ok(ReceiveGoodsLine {
                line_id: LineId(line),
                sku: parsed(product.sku)?,
                quantity: Quantity::from_ten_thousandths(i64::from(pieces) * 10_000),
                cost: ReceivedCost::Unit(parsed(&reais(product.cost_centavos))?),
                landed: Amount::ZERO,
            })
        });
        let command = ReceiveGoods {
            receipt_id: ReceiptId::new(id(&format!("delivery/{index}/{day}"))),
            store_id: parsed(store.id)?,
            // An hour before the shop opens.
            occurred_at: at(date, 0, zone)? - jiff::SignedDuration::from_hours(1),
            currency: Currency::BRL,
            supplier: Some("Distribuidora Serra Azul".to_owned()),
            access_key: None,
            lines: lines.collect::<Result<_, Failure>>()?,
        };
        house.commands.carry_out_compound(&command, &envelope()).await?;
    }
    Ok(())
}

async fn trade(house: &House, day: u32, date: Date, zone: &StoreZone) -> Result<u32, Failure> {
    let mut visits = Vec::new();
    for (store, facts) in (0..).zip(&STORES) {
        for customer in 0..customers(store, facts, day, date) {
            visits.push(visit(VisitNumber { store, day, customer }, date, zone)?);
        }
    }
    stream::iter(visits)
        .map(|visit| record(house, visit))
        .buffer_unordered(AT_ONCE)
        .try_fold(0, async |sales, recorded| Ok(sales + u32::from(recorded)))
        .await
}

/// Says whether the sale was new.
async fn record(house: &House, visit: Visit) -> Result<bool, Failure> {
    let receipt = house.commands.carry_out(&visit.sale, &envelope()).await?;
    if let Some(void) = visit.void {
        house.commands.carry_out(&void, &envelope()).await?;
    }
    if let Some(giving_back) = visit.giving_back {
        house.commands.carry_out(&giving_back, &envelope()).await?;
    }
    Ok(!receipt.replayed)
}

fn envelope() -> Envelope {
    let actor = Actor {
        subject: "demo".into(),
        client: Some("posars up --demo".into()),
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}

fn id(name: &str) -> Uuid {
    name_based_id(visit::NAMESPACE, name)
}

/// Centavos as the decimal text that prices are read from.
fn reais(centavos: u32) -> String {
    format!("{}.{:02}", centavos / 100, centavos % 100)
}

fn parsed<T: FromStr<Err = InvalidValue>>(text: &str) -> Result<T, Failure> {
    Ok(text.parse::<T>()?)
}

/// A mistake in the demo's own tables.
fn broken(what: &str) -> Failure {
    Failure::new(
        Exit::Failure,
        "DEMO_BROKEN",
        format!("the demo cannot be seeded: {what}"),
    )
    .next("start without --demo, and report this")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Vec<Visit> {
        let zone: StoreZone = parsed(ZONE).unwrap();
        let opened = "2026-03-14T15:00:00Z".parse().unwrap();
        let days = days(opened, &zone).unwrap();
        let mut visits = Vec::new();
        for (day, date) in days {
            for (store, facts) in (0..).zip(&STORES) {
                for customer in 0..customers(store, facts, day, date) {
                    visits.push(visit(VisitNumber { store, day, customer }, date, &zone).unwrap());
                }
            }
        }
        visits
    }

    #[test]
    fn the_plan_is_believable_and_always_the_same() {
        let visits = plan();
        let again = plan();
        assert!(
            visits
                .iter()
                .map(|visit| &visit.sale)
                .eq(again.iter().map(|visit| &visit.sale))
        );
        assert!((2_500..4_000).contains(&visits.len()), "{}", visits.len());
        let voids = visits.iter().filter(|visit| visit.void.is_some()).count();
        let returns = visits.iter().filter(|visit| visit.giving_back.is_some()).count();
        assert!((5..100).contains(&voids), "{voids}");
        assert!((5..150).contains(&returns), "{returns}");
        let methods: std::collections::BTreeSet<_> = visits
            .iter()
            .flat_map(|visit| &visit.sale.payments)
            .map(|payment| payment.method.as_str())
            .collect();
        assert!(methods.len() >= 5, "{methods:?}");
        for visit in &visits {
            assert!(visit.sale.total.unwrap().minor() > 0);
        }
    }

    #[test]
    fn every_command_of_the_plan_is_accepted() {
        use posars_domain::sale::{Sale, SaleState};
        use posars_domain::store::StoreSettings;
        use posars_domain::{Aggregate as _, Command as _, Given, StoreId};

        for visit in plan() {
            let store_id: StoreId = visit.sale.store_id.clone();
            let store = StoreSettings {
                store_id,
                name: "x".to_owned(),
                time_zone: parsed(ZONE).unwrap(),
                day_cutover: Time::midnight(),
                currency: Currency::BRL,
            };
            let given = Given {
                store: Some(&store),
                ..Given::at("2026-03-15T15:00:00Z".parse().unwrap())
            };
            let sold = visit.sale.decide(&SaleState::default(), &given).unwrap();
            let sale = Sale::fold(&sold.events);
            if let Some(void) = visit.void {
                assert_eq!(void.decide(&sale, &given).unwrap().events.len(), 1);
            }
            if let Some(giving_back) = visit.giving_back {
                assert_eq!(giving_back.decide(&sale, &given).unwrap().events.len(), 1);
            }
        }
    }
}
