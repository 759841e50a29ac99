//! Places: the company, its stores and their registers, as they were set up.

use std::borrow::Cow;

use jiff::civil::Time;
use posars_domain::company::{CompanyDefined, CompanyKind};
use posars_domain::register::{RegisterDefined, RegisterKind};
use posars_domain::store::{StoreDefined, StoreKind};
use posars_domain::{CompanyId, RegisterNo, StoreId};
use posars_event_store::Position;
use serde::Deserialize;

use crate::fold_map::TextMap;
use crate::projection::Target;
use crate::read::{Columns, applied, sql_position, subscription_name};
use crate::row::table_row;
use crate::{
    ApplyError, DatabaseError, Event, EventKind, Freshness, Load, Page, PageRequest, Projection, Projections,
    QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct PlacesFold;

/// Memory of a row of the fold with its key, about.
const ROW_BYTES: usize = 400;
/// The words that the table has for the kinds of places.
const COMPANY: &str = "company";
const STORE: &str = "store";
const REGISTER: &str = "register";
/// Stands in the column of the register for a place that is none.
const NO_REGISTER: &str = "";

table_row! {
    /// A place as it was set up.
    struct Place {
        kind: &'static str = TEXT,
        id: String = TEXT,
        register_no: String = TEXT,
        name: Option<String> = TEXT,
        cnpj: Option<String> = TEXT,
        time_zone: Option<String> = TEXT,
        day_cutover: Option<Time> = TIME,
        currency: Option<String> = TEXT,
        position: i64 = INT8,
    }
}

#[derive(Deserialize)]
struct Company<'a> {
    #[serde(borrow)]
    company_id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    cnpj: Option<Cow<'a, str>>,
    #[serde(borrow)]
    currency: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Store<'a> {
    #[serde(borrow)]
    store_id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    cnpj: Option<Cow<'a, str>>,
    #[serde(borrow)]
    time_zone: Cow<'a, str>,
    day_cutover: Time,
    #[serde(borrow)]
    currency: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Register<'a> {
    #[serde(borrow)]
    store_id: Cow<'a, str>,
    #[serde(borrow)]
    register_no: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
}

/// The fold: each place as it was set up last.
#[derive(Debug, Default)]
pub struct Places(TextMap<Place>);

impl Places {
    fn set(&mut self, place: Place) -> Result<(), ApplyError> {
        let key = [place.kind, &place.id, &place.register_no];
        let row = self.0.entry(&key, || Ok::<_, ApplyError>(place.clone()))?;
        *row = place;
        Ok(())
    }
}

fn company(event: &Event<'_>) -> Result<Place, ApplyError> {
    let company: Company<'_> = event.payload()?;
    Ok(Place {
        kind: COMPANY,
        id: event.text(company.company_id)?,
        register_no: NO_REGISTER.to_owned(),
        name: Some(event.text(company.name)?),
        cnpj: event.text_maybe(company.cnpj)?,
        time_zone: None,
        day_cutover: None,
        currency: Some(event.text(company.currency)?),
        position: sql_position(event.position),
    })
}

fn store(event: &Event<'_>) -> Result<Place, ApplyError> {
    let store: Store<'_> = event.payload()?;
    Ok(Place {
        kind: STORE,
        id: event.text(store.store_id)?,
        register_no: NO_REGISTER.to_owned(),
        name: Some(event.text(store.name)?),
        cnpj: event.text_maybe(store.cnpj)?,
        time_zone: Some(event.text(store.time_zone)?),
        day_cutover: Some(store.day_cutover),
        currency: Some(event.text(store.currency)?),
        position: sql_position(event.position),
    })
}

fn register(event: &Event<'_>) -> Result<Place, ApplyError> {
    let register: Register<'_> = event.payload()?;
    Ok(Place {
        kind: REGISTER,
        id: event.text(register.store_id)?,
        register_no: event.text(register.register_no)?,
        name: event.text_maybe(register.name)?,
        cnpj: None,
        time_zone: None,
        day_cutover: None,
        currency: None,
        position: sql_position(event.position),
    })
}

impl Projection for PlacesFold {
    const NAME: &'static str = "places";
    const VERSION: u16 = 1;
    const CHECKSUM_SQL: &'static str = include_str!("../sql/checksum_places.sql");
    type Fold = Places;

    fn apply(event: &Event<'_>, fold: &mut Places) -> Result<(), ApplyError> {
        match event.kind {
            EventKind::Company(CompanyKind::CompanyDefined) => fold.set(company(event)?),
            EventKind::Store(StoreKind::StoreDefined) => fold.set(store(event)?),
            EventKind::Register(RegisterKind::RegisterDefined) => fold.set(register(event)?),
            EventKind::Company(CompanyKind::CompanyPolicySet)
            | EventKind::Sale(_)
            | EventKind::Stock(_)
            | EventKind::Product(_) => Ok(()),
        }
    }

    fn merge(earlier: &mut Places, later: Places) {
        earlier.0.merge(later.0, |row, later| *row = later);
    }

    fn bytes(fold: &Places) -> usize {
        fold.0.len() * ROW_BYTES
    }

    async fn write(fold: Places, target: &Target<'_>) -> Result<(), DatabaseError> {
        target
            .write(include_str!("../sql/write_places.sql"), &fold.0.into_rows())
            .await
    }

    async fn copy(fold: Places, target: &Target<'_>) -> Result<Places, DatabaseError> {
        let rows = fold.0.into_rows();
        target.copy(include_str!("../sql/copy_places.sql"), &rows).await?;
        Ok(Places::default())
    }

    const LOAD: Load = Load::ByKey;
}

/// Which stores to list, or the registers of which stores; none stands for all.
pub type StoreIds<'a> = Option<&'a [StoreId]>;

/// Which place is asked for.
struct PlaceKey<'a> {
    kind: &'static str,
    id: &'a str,
    register_no: &'a str,
}

impl Projections {
    /// The company as it was defined, with the position that the answer includes; none while it is not.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn company(
        &self,
        company_id: &CompanyId,
        freshness: Freshness,
    ) -> Result<(Option<CompanyDefined>, Position), QueryError> {
        let key = PlaceKey {
            kind: COMPANY,
            id: company_id.as_str(),
            register_no: NO_REGISTER,
        };
        self.place(&key, freshness, decode_company).await
    }

    /// A store as it was defined, with the position that the answer includes; none while it is not.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn store(
        &self,
        store_id: &StoreId,
        freshness: Freshness,
    ) -> Result<(Option<StoreDefined>, Position), QueryError> {
        let key = PlaceKey {
            kind: STORE,
            id: store_id.as_str(),
            register_no: NO_REGISTER,
        };
        self.place(&key, freshness, decode_store).await
    }

    /// A register as it was defined, with the position that the answer includes; none while it is not.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn register(
        &self,
        store_id: &StoreId,
        register_no: &RegisterNo,
        freshness: Freshness,
    ) -> Result<(Option<RegisterDefined>, Position), QueryError> {
        let key = PlaceKey {
            kind: REGISTER,
            id: store_id.as_str(),
            register_no: register_no.as_str(),
        };
        self.place(&key, freshness, decode_register).await
    }

    /// Stores by id.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_stores(
        &self,
        stores: StoreIds<'_>,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<StoreDefined>, QueryError> {
        let (stores, position) = self.places(STORE, stores, page, freshness, decode_store).await?;
        Ok(Page::cut(stores, page, position, |store| {
            vec![store.store_id.to_string(), NO_REGISTER.to_owned()]
        }))
    }

    /// Registers by store and number.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_registers(
        &self,
        stores: StoreIds<'_>,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<RegisterDefined>, QueryError> {
        let (registers, position) = self
            .places(REGISTER, stores, page, freshness, decode_register)
            .await?;
        Ok(Page::cut(registers, page, position, |register| {
            vec![register.store_id.to_string(), register.register_no.to_string()]
        }))
    }

    async fn place<T>(
        &self,
        key: &PlaceKey<'_>,
        freshness: Freshness,
        decode: fn(Columns<'_>) -> Result<T, QueryError>,
    ) -> Result<(Option<T>, Position), QueryError> {
        let before = self.wait_for(PlacesFold::NAME, freshness).await?;
        let rows = self
            .query(
                include_str!("../sql/get_place.sql"),
                &[
                    &subscription_name(PlacesFold::NAME),
                    &self.log_id,
                    &key.kind,
                    &key.id,
                    &key.register_no,
                ],
            )
            .await?;
        let table = PlacesFold::NAME;
        let place = rows.first().map(|row| decode(Columns { table, row }));
        Ok((place.transpose()?, applied(&rows, before)))
    }

    async fn places<T>(
        &self,
        kind: &'static str,
        stores: StoreIds<'_>,
        page: &PageRequest,
        freshness: Freshness,
        decode: fn(Columns<'_>) -> Result<T, QueryError>,
    ) -> Result<(Vec<T>, Position), QueryError> {
        let before = self.wait_for(PlacesFold::NAME, freshness).await?;
        let [id, register_no] = page.key::<2>()?.unwrap_or_default();
        let stores: Option<Vec<&str>> = stores.map(|stores| stores.iter().map(StoreId::as_str).collect());
        let rows = self
            .query(
                include_str!("../sql/list_places.sql"),
                &[
                    &subscription_name(PlacesFold::NAME),
                    &self.log_id,
                    &kind,
                    &stores,
                    &id,
                    &register_no,
                    &page.sql_limit(),
                ],
            )
            .await?;
        let table = PlacesFold::NAME;
        let places = rows.iter().map(|row| decode(Columns { table, row }));
        Ok((places.collect::<Result<_, _>>()?, applied(&rows, before)))
    }
}

fn decode_company(columns: Columns<'_>) -> Result<CompanyDefined, QueryError> {
    Ok(CompanyDefined {
        company_id: columns.parse("id")?,
        name: columns.get("name")?,
        cnpj: columns.parse_maybe("cnpj")?,
        currency: columns.parse("currency")?,
    })
}

fn decode_store(columns: Columns<'_>) -> Result<StoreDefined, QueryError> {
    Ok(StoreDefined {
        store_id: columns.parse("id")?,
        name: columns.get("name")?,
        cnpj: columns.parse_maybe("cnpj")?,
        time_zone: columns.parse("time_zone")?,
        day_cutover: columns.get("day_cutover")?,
        currency: columns.parse("currency")?,
    })
}

fn decode_register(columns: Columns<'_>) -> Result<RegisterDefined, QueryError> {
    Ok(RegisterDefined {
        store_id: columns.parse("id")?,
        register_no: columns.parse("register_no")?,
        name: columns.get("name")?,
    })
}
