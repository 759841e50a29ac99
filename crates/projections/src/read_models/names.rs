//! Names: what people call companies, stores and products, for lists that show more than ids.

use std::borrow::Cow;

use posars_domain::company::CompanyKind;
use posars_domain::product::ProductKind;
use posars_domain::store::StoreKind;
use posars_event_store::Position;
use serde::Deserialize;

use crate::fold::{LoneChange, Parts};
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::table_row;
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct NamesFold;

table_row! {
    /// The last known name of something.
    pub struct Named of names {
        kind: &'static str = TEXT key,
        id: String = TEXT key,
        name: String = TEXT,
        retired: bool = BOOL,
        position: i64 = INT8,
    }
}

table_row! {
    /// Something that was taken out of use.
    pub struct Retirement in Named {
        kind: &'static str = TEXT key,
        id: String = TEXT key,
        retired: bool = BOOL,
        position: i64 = INT8,
    }
}

impl LoneChange for Retirement {
    /// What was never named has its id for a name.
    fn alone(&self) -> Option<Named> {
        let Self {
            kind,
            ref id,
            retired,
            position,
        } = *self;
        let (id, name) = (id.clone(), id.clone());
        Some(Named {
            kind,
            id,
            name,
            retired,
            position,
        })
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

/// An event that names something.
#[derive(Deserialize)]
struct Naming<'a> {
    #[serde(borrow, alias = "company_id", alias = "store_id", alias = "sku")]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Retired<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
}

fn named(event: &Event<'_>, kind: NameKind) -> Result<Named, ApplyError> {
    let naming: Naming<'_> = event.payload()?;
    Ok(Named {
        kind: kind.as_str(),
        id: event.text(naming.id)?,
        name: event.text(naming.name)?,
        retired: false,
        position: sql_position(event.position),
    })
}

fn retired(event: &Event<'_>) -> Result<Retirement, ApplyError> {
    let product: Retired<'_> = event.payload()?;
    Ok(Retirement {
        kind: NameKind::Product.as_str(),
        id: event.text(product.sku)?,
        retired: true,
        position: sql_position(event.position),
    })
}

impl Projection for NamesFold {
    const NAME: &'static str = "names";
    const VERSION: u16 = 1;
    type Fold = Parts<Named, Retirement>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Named, Retirement>) -> Result<(), ApplyError> {
        if let EventKind::Product(kind) = event.kind {
            match kind {
                ProductKind::ProductDefined | ProductKind::ProductChanged => {
                    fold.put(named(event, NameKind::Product)?);
                }
                ProductKind::ProductRetired => fold.change(retired(event)?),
            }
        } else if let EventKind::Store(kind) = event.kind {
            match kind {
                StoreKind::StoreDefined => fold.put(named(event, NameKind::Store)?),
            }
        } else if let EventKind::Company(kind) = event.kind {
            match kind {
                CompanyKind::CompanyDefined => fold.put(named(event, NameKind::Company)?),
                CompanyKind::CompanyPolicySet | CompanyKind::RetentionPolicySet => {}
            }
        }
        Ok(())
    }
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

impl ReadRow for Name {
    type Of = NamesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            id: columns.get("id")?,
            name: columns.get("name")?,
            retired: columns.get("retired")?,
            position: columns.position("position")?,
        })
    }
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
        let table = NamesFold::NAME;
        rows.first()
            .map(|row| Columns { table, row }.get("name"))
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
        let sql = include_str!("../sql/list_names.sql");
        let (names, position) = self
            .rows(sql, &[&kind.as_str(), &after, &page.sql_limit()], before)
            .await?;
        Ok(Page::cut(names, page, position, |name: &Name| {
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
