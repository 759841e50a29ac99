//! Names: what people call companies, stores and products, for lists that show more than ids.

use std::borrow::Cow;

use posars_domain::company::CompanyKind;
use posars_domain::product::ProductKind;
use posars_domain::store::StoreKind;
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
pub struct NamesFold;

/// Memory of a row of the fold with its key, about.
const ROW_BYTES: usize = 250;

table_row! {
    /// The last known name of something; none where only its retirement is in these events.
    struct Change {
        kind: &'static str = TEXT,
        id: String = TEXT,
        name: Option<String> = TEXT,
        retired: bool = BOOL,
        position: i64 = INT8,
    }
}

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A company.
    Company,
    /// A store.
    Store,
    /// A product.
    Product,
}

impl NameKind {
    /// The word the table has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Store => "store",
            Self::Product => "product",
        }
    }
}

#[derive(Deserialize)]
struct Company<'a> {
    #[serde(borrow)]
    company_id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Store<'a> {
    #[serde(borrow)]
    store_id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Product<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Retired<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
}

/// The fold: the newest name of each id.
#[derive(Debug, Default)]
pub struct Names(TextMap<Change>);

impl Names {
    fn set(
        &mut self,
        event: &Event<'_>,
        kind: NameKind,
        id: Cow<'_, str>,
        name: Option<Cow<'_, str>>,
    ) -> Result<(), ApplyError> {
        let (id, name) = (event.text(id)?, event.text_maybe(name)?);
        let position = sql_position(event.position);
        let row = self.0.entry(&[kind.as_str(), &id], || {
            Ok::<_, ApplyError>(Change {
                kind: kind.as_str(),
                id: id.clone(),
                name: None,
                retired: false,
                position,
            })
        })?;
        row.retired = name.is_none();
        row.name = name.or_else(|| row.name.take());
        row.position = position;
        Ok(())
    }
}

impl Projection for NamesFold {
    const NAME: &'static str = "names";
    const VERSION: u16 = 1;
    const CHECKSUM_SQL: &'static str = include_str!("../sql/checksum_names.sql");
    type Fold = Names;

    fn apply(event: &Event<'_>, fold: &mut Names) -> Result<(), ApplyError> {
        match event.kind {
            EventKind::Company(CompanyKind::CompanyDefined) => {
                let company: Company<'_> = event.payload()?;
                fold.set(event, NameKind::Company, company.company_id, Some(company.name))
            }
            EventKind::Store(StoreKind::StoreDefined) => {
                let store: Store<'_> = event.payload()?;
                fold.set(event, NameKind::Store, store.store_id, Some(store.name))
            }
            EventKind::Product(ProductKind::ProductDefined | ProductKind::ProductChanged) => {
                let product: Product<'_> = event.payload()?;
                fold.set(event, NameKind::Product, product.sku, Some(product.name))
            }
            EventKind::Product(ProductKind::ProductRetired) => {
                let retired: Retired<'_> = event.payload()?;
                fold.set(event, NameKind::Product, retired.sku, None)
            }
            EventKind::Company(CompanyKind::CompanyPolicySet)
            | EventKind::Sale(_)
            | EventKind::Stock(_)
            | EventKind::Register(_) => Ok(()),
        }
    }

    fn merge(earlier: &mut Names, later: Names) {
        earlier.0.merge(later.0, |row, later| {
            row.name = later.name.or_else(|| row.name.take());
            row.retired = later.retired;
            row.position = later.position;
        });
    }

    fn bytes(fold: &Names) -> usize {
        fold.0.len() * ROW_BYTES
    }

    async fn write(fold: Names, target: &Target<'_>) -> Result<(), DatabaseError> {
        target
            .write(include_str!("../sql/write_names.sql"), &fold.0.into_rows())
            .await
    }

    async fn copy(fold: Names, target: &Target<'_>) -> Result<Names, DatabaseError> {
        let mut rows = fold.0.into_rows();
        // As the live write: what was never named has its id for a name.
        for row in &mut rows {
            row.name.get_or_insert_with(|| row.id.clone());
        }
        target.copy(include_str!("../sql/copy_names.sql"), &rows).await?;
        Ok(Names::default())
    }

    const LOAD: Load = Load::ByKey;
}

/// A named thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its id: of a company or store, or the SKU of a product.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it was taken out of the catalogue.
    pub retired: bool,
    /// The event that said so last.
    pub position: Position,
}

impl Projections {
    /// What people call a thing; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn name(&self, kind: NameKind, id: &str) -> Result<Option<String>, QueryError> {
        let rows = self
            .query(
                include_str!("../sql/get_name.sql"),
                &[&self.log_id, &kind.as_str(), &id],
            )
            .await?;
        rows.first()
            .map(|row| Columns { table: "names", row }.get("name"))
            .transpose()
    }

    /// All things of a kind by id.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_names(
        &self,
        kind: NameKind,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<Name>, QueryError> {
        let before = self.wait_for(NamesFold::NAME, freshness).await?;
        let after = page.key::<1>()?.map_or("", |[id]| id);
        let rows = self
            .query(
                include_str!("../sql/list_names.sql"),
                &[
                    &subscription_name(NamesFold::NAME),
                    &self.log_id,
                    &kind.as_str(),
                    &after,
                    &page.sql_limit(),
                ],
            )
            .await?;
        let decode = |columns: Columns<'_>| {
            Ok(Name {
                id: columns.get("id")?,
                name: columns.get("name")?,
                retired: columns.get("retired")?,
                position: columns.position("position")?,
            })
        };
        let names = rows
            .iter()
            .map(|row| decode(Columns { table: "names", row }))
            .collect::<Result<Vec<_>, QueryError>>()?;
        Ok(Page::cut(names, page, applied(&rows, before), |name| {
            vec![name.id.clone()]
        }))
    }

    /// As [`Projections::wait_for`], for rows that are shown with the names of what they are about: a name that was set
    /// before the position asked for must be in the answer too.
    ///
    /// # Errors
    /// As [`Projections::wait_for`], of either.
    pub(crate) async fn wait_for_named(
        &self,
        projection: &'static str,
        freshness: Freshness,
    ) -> Result<Position, QueryError> {
        // A caller that takes the rows as they are takes the names as they are, too.
        if freshness.min_position == Position::START {
            return self.wait_for(projection, freshness).await;
        }
        let names = self.wait_for(NamesFold::NAME, freshness);
        let (_, position) = tokio::try_join!(names, self.wait_for(projection, freshness))?;
        Ok(position)
    }
}
