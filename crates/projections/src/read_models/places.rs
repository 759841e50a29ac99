//! Places: the company, its stores and their registers, as they were set up.

use std::borrow::Cow;

use jiff::civil::Time;
use posars_domain::company::{CompanyDefined, CompanyKind};
use posars_domain::register::{RegisterDefined, RegisterKind};
use posars_domain::store::{StoreDefined, StoreKind};
use posars_domain::{CompanyId, RegisterNo, StoreId};
use posars_event_store::Position;
use serde::Deserialize;

use crate::fold::Rows;
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::table_row;
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct PlacesFold;

/// The words that the table has for the kinds of places.
const COMPANY: &str = "company";
const STORE: &str = "store";
const REGISTER: &str = "register";
/// Stands in the column of the register for a place that is none.
const NO_REGISTER: &str = "";

table_row! {
    /// A place as it was set up.
    pub struct Place of places {
        kind: &'static str = TEXT key,
        id: String = TEXT key,
        register_no: String = TEXT key,
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
    type Fold = Rows<Place>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Place>) -> Result<(), ApplyError> {
        if let EventKind::Store(kind) = event.kind {
            match kind {
                StoreKind::StoreDefined => fold.put(store(event)?),
            }
        } else if let EventKind::Register(kind) = event.kind {
            match kind {
                RegisterKind::RegisterDefined => fold.put(register(event)?),
            }
        } else if let EventKind::Company(kind) = event.kind {
            match kind {
                CompanyKind::CompanyDefined => fold.put(company(event)?),
                CompanyKind::CompanyPolicySet | CompanyKind::RetentionPolicySet => {}
            }
        }
        Ok(())
    }
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
        self.place(&key, freshness).await
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
        self.place(&key, freshness).await
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
        self.place(&key, freshness).await
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
        let (stores, position) = self.places(STORE, stores, page, freshness).await?;
        Ok(Page::cut(stores, page, position, |store: &StoreDefined| {
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
        let (registers, position) = self.places(REGISTER, stores, page, freshness).await?;
        Ok(Page::cut(
            registers,
            page,
            position,
            |register: &RegisterDefined| {
                vec![register.store_id.to_string(), register.register_no.to_string()]
            },
        ))
    }

    async fn place<T: ReadRow>(
        &self,
        key: &PlaceKey<'_>,
        freshness: Freshness,
    ) -> Result<(Option<T>, Position), QueryError> {
        let before = self.wait_for(PlacesFold::NAME, freshness).await?;
        let sql = include_str!("../sql/get_place.sql");
        self.row(sql, &[&key.kind, &key.id, &key.register_no], before)
            .await
    }

    async fn places<T: ReadRow>(
        &self,
        kind: &'static str,
        stores: StoreIds<'_>,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<(Vec<T>, Position), QueryError> {
        let before = self.wait_for(PlacesFold::NAME, freshness).await?;
        let [id, register_no] = page.key::<2>()?.unwrap_or_default();
        let stores: Option<Vec<&str>> = stores.map(|stores| stores.iter().map(StoreId::as_str).collect());
        let sql = include_str!("../sql/list_places.sql");
        let limit = page.sql_limit();
        self.rows(sql, &[&kind, &stores, &id, &register_no, &limit], before)
            .await
    }
}

impl ReadRow for CompanyDefined {
    type Of = PlacesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            company_id: columns.parse("id")?,
            name: columns.get("name")?,
            cnpj: columns.parse_maybe("cnpj")?,
            currency: columns.parse("currency")?,
        })
    }
}

impl ReadRow for StoreDefined {
    type Of = PlacesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            store_id: columns.parse("id")?,
            name: columns.get("name")?,
            cnpj: columns.parse_maybe("cnpj")?,
            time_zone: columns.parse("time_zone")?,
            day_cutover: columns.get("day_cutover")?,
            currency: columns.parse("currency")?,
        })
    }
}

impl ReadRow for RegisterDefined {
    type Of = PlacesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            store_id: columns.parse("id")?,
            register_no: columns.parse("register_no")?,
            name: columns.get("name")?,
        })
    }
}
