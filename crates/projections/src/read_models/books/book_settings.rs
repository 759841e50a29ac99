//! Settings of the books: cost centres, accounts of roles, posting rules and terms of payment, each as its event has it.

use posars_domain::chart::{ChartKind, CostCenter, RoleAccount};
use posars_domain::posting_rules::{PostingRule, PostingRulesKind};
use posars_domain::terms::{ReceiptTerms, SupplierTerms, TermsKind};
use posars_domain::{Cnpj, StoreId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::fold::Rows;
use crate::listing::Listing;
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::{StoredRow as _, table_row};
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct BookSettingsFold;

table_row! {
    /// A setting.
    pub struct Setting of book_settings {
        kind: &'static str = TEXT key,
        id: String = TEXT key,
        position: i64 = INT8,
        content: Option<String> = TEXT keep,
        retired: bool = BOOL max,
    }
}

/// What can be set, with what tells one of a kind from another.
trait SetBy: DeserializeOwned + Send {
    const KIND: &'static str;

    /// Unique in its kind; a free text stands where the parts around it are of a fixed form.
    fn id(&self) -> String;
}

impl SetBy for CostCenter {
    const KIND: &'static str = "cost_center";

    fn id(&self) -> String {
        self.cost_center_id.to_string()
    }
}

impl SetBy for RoleAccount {
    const KIND: &'static str = "role";

    fn id(&self) -> String {
        format!(
            "{}/{}",
            self.role,
            self.store_id.as_ref().map_or("", StoreId::as_str)
        )
    }
}

impl SetBy for PostingRule {
    const KIND: &'static str = "rule";

    fn id(&self) -> String {
        let qualifier = self.qualifier.as_deref().unwrap_or("");
        format!("{}/{}/{qualifier}/{}", self.event, self.part, self.valid_from)
    }
}

impl SetBy for ReceiptTerms {
    const KIND: &'static str = "receipt_terms";

    fn id(&self) -> String {
        let acquirer = self
            .acquirer_cnpj
            .as_ref()
            .map(Cnpj::to_string)
            .unwrap_or_default();
        let brand = self.brand.as_deref().unwrap_or("");
        let from = self.installments_from;
        format!("{}/{acquirer}/{brand}/{from:05}/{}", self.method, self.valid_from)
    }
}

impl SetBy for SupplierTerms {
    const KIND: &'static str = "supplier_terms";

    fn id(&self) -> String {
        format!("{}/{}", self.supplier.as_deref().unwrap_or(""), self.valid_from)
    }
}

#[derive(Deserialize)]
struct ChartPayload<'a> {
    #[serde(default, borrow)]
    cost_centers: Vec<&'a RawValue>,
    #[serde(borrow)]
    roles: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RulesPayload<'a> {
    #[serde(borrow)]
    rules: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct OnePayload<'a> {
    #[serde(
        borrow,
        alias = "assigned",
        alias = "cost_center",
        alias = "rule",
        alias = "terms"
    )]
    setting: &'a RawValue,
}

#[derive(Deserialize)]
struct RetiredPayload<'a> {
    cost_center_id: &'a str,
}

fn setting<T: SetBy>(event: &Event<'_>, content: &RawValue) -> Result<Setting, ApplyError> {
    let read: T = serde_json::from_str(content.get()).map_err(|problem| event.bad(&problem))?;
    Ok(Setting {
        kind: T::KIND,
        id: event.text(read.id().into())?,
        position: sql_position(event.position),
        content: Some(content.get().to_owned()),
        retired: false,
    })
}

impl Rows<Setting> {
    fn one<T: SetBy>(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let one: OnePayload<'_> = event.payload()?;
        self.put(setting::<T>(event, one.setting)?);
        Ok(())
    }

    fn all<T: SetBy>(&mut self, event: &Event<'_>, contents: &[&RawValue]) -> Result<(), ApplyError> {
        let settings = contents.iter().map(|content| setting::<T>(event, content));
        for setting in settings.collect::<Result<Vec<_>, _>>()? {
            self.put(setting);
        }
        Ok(())
    }

    fn of_chart(&mut self, event: &Event<'_>, kind: ChartKind) -> Result<(), ApplyError> {
        match kind {
            ChartKind::ChartDefined => {
                let chart: ChartPayload<'_> = event.payload()?;
                // Read before anything is put: an error leaves the fold as it was.
                for role in &chart.roles {
                    setting::<RoleAccount>(event, role)?;
                }
                self.all::<CostCenter>(event, &chart.cost_centers)?;
                self.all::<RoleAccount>(event, &chart.roles)
            }
            ChartKind::AccountRoleAssigned => self.one::<RoleAccount>(event),
            ChartKind::CostCenterDefined | ChartKind::CostCenterChanged => self.one::<CostCenter>(event),
            ChartKind::CostCenterRetired => {
                let retired: RetiredPayload<'_> = event.payload()?;
                self.put(Setting {
                    kind: CostCenter::KIND,
                    id: retired.cost_center_id.to_owned(),
                    position: sql_position(event.position),
                    content: None,
                    retired: true,
                });
                Ok(())
            }
            ChartKind::AccountDefined | ChartKind::AccountChanged | ChartKind::AccountRetired => Ok(()),
        }
    }
}

impl Projection for BookSettingsFold {
    const NAME: &'static str = "book_settings";
    const VERSION: u16 = 1;
    type Fold = Rows<Setting>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Setting>) -> Result<(), ApplyError> {
        if let EventKind::Chart(kind) = event.kind {
            return fold.of_chart(event, kind);
        }
        if let EventKind::PostingRules(kind) = event.kind {
            return match kind {
                PostingRulesKind::PostingRulesDefined => {
                    let defined: RulesPayload<'_> = event.payload()?;
                    fold.all::<PostingRule>(event, &defined.rules)
                }
                PostingRulesKind::PostingRuleDefined => fold.one::<PostingRule>(event),
            };
        }
        let EventKind::Terms(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            TermsKind::ReceiptTermsDefined => fold.one::<ReceiptTerms>(event),
            TermsKind::SupplierTermsDefined => fold.one::<SupplierTerms>(event),
        }
    }
}

/// A setting with whether it still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookSetting<T> {
    /// As it was defined last.
    pub content: T,
    /// Whether nothing more is posted to it; of cost centres only.
    pub retired: bool,
    id: String,
}

impl<T: SetBy> ReadRow for BookSetting<T> {
    type Of = BookSettingsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let content: &str = columns.get("content")?;
        let content =
            serde_json::from_str(content).map_err(|problem| columns.unreadable("content", &problem))?;
        Ok(Self {
            content,
            retired: columns.get("retired")?,
            id: columns.get("id")?,
        })
    }
}

impl Projections {
    async fn list_settings<T: SetBy>(
        &self,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<BookSetting<T>>, QueryError> {
        let before = self.wait_for(BookSettingsFold::NAME, freshness).await?;
        let after = page.key::<1>()?.map_or("", |[id]| id);
        let listing = Listing::of(Setting::TABLE, &["id"])
            .only("kind", Some(&T::KIND))
            .after(&[&after]);
        self.list_page(listing, page, before, |setting: &BookSetting<T>| {
            vec![setting.id.clone()]
        })
        .await
    }

    /// Cost centres by id.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_cost_centers(
        &self,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<BookSetting<CostCenter>>, QueryError> {
        self.list_settings(page, freshness).await
    }

    /// The accounts of roles, by role and store.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_role_accounts(
        &self,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<BookSetting<RoleAccount>>, QueryError> {
        self.list_settings(page, freshness).await
    }

    /// Posting rules by event, part, qualifier and first day, those that have successors too.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_posting_rules(
        &self,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<BookSetting<PostingRule>>, QueryError> {
        self.list_settings(page, freshness).await
    }

    /// Terms of what sales by a method are paid out by, by method and what else they are for.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_receipt_terms(
        &self,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<BookSetting<ReceiptTerms>>, QueryError> {
        self.list_settings(page, freshness).await
    }

    /// Terms of suppliers, by supplier and first day.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_supplier_terms(
        &self,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<BookSetting<SupplierTerms>>, QueryError> {
        self.list_settings(page, freshness).await
    }
}
