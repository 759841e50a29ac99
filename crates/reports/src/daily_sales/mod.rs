//! Daily sales: per store, day and payment method, with the sums a shop owner asks for.

mod csv;
mod xlsx;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::{Amount, Currency, PaymentMethod, StoreId};
use posars_projections::{DailySales, DailySalesFilter, Page, SalesFigures};

use crate::words::Words;
use crate::{Format, Language, ReportError, ReportOptions};
pub use csv::is_daily_sales_csv;

/// The daily sales of a period, ready to be written.
#[derive(Clone, Debug)]
pub struct DailySalesReport {
    company: String,
    from: Date,
    to: Date,
    store: Option<String>,
    position: u64,
    made_at: Timestamp,
    groups: Vec<StoreGroup>,
}

/// The rows of one store in one currency.
#[derive(Clone, Debug)]
struct StoreGroup {
    store_id: StoreId,
    store_name: String,
    currency: Currency,
    rows: Vec<DailySales>,
    total: Figures,
}

/// Figures with their net worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures {
    sums: SalesFigures,
    net: Amount,
}

impl Figures {
    fn of(sums: SalesFigures) -> Result<Self, ReportError> {
        let net = sums.net().ok_or(ReportError::OutOfRange { what: "net" })?;
        Ok(Self { sums, net })
    }

    fn add(&mut self, more: &SalesFigures) -> Result<(), ReportError> {
        let sums = self
            .sums
            .checked_add(more)
            .ok_or(ReportError::OutOfRange { what: "total" })?;
        *self = Self::of(sums)?;
        Ok(())
    }
}

/// Sums of one currency along three lines.
#[derive(Clone, Debug, Default)]
struct Summary {
    by_method: BTreeMap<PaymentMethod, Figures>,
    by_store: BTreeMap<(String, StoreId), Figures>,
    by_day: BTreeMap<Date, Figures>,
    total: Figures,
}

impl DailySalesReport {
    /// Makes the report of an answer of `Projections::daily_sales` to `filter`.
    ///
    /// # Errors
    /// [`ReportError::OutOfRange`] when a sum is beyond what an amount can hold.
    pub fn new(
        company: &str,
        filter: &DailySalesFilter,
        answer: Page<DailySales>,
        made_at: Timestamp,
    ) -> Result<Self, ReportError> {
        let mut groups: BTreeMap<(String, StoreId, Currency), StoreGroup> = BTreeMap::new();
        for row in answer.rows {
            let key = (row.store_name.clone(), row.store_id.clone(), row.currency);
            let group = groups.entry(key).or_insert_with(|| StoreGroup {
                store_id: row.store_id.clone(),
                store_name: row.store_name.clone(),
                currency: row.currency,
                rows: Vec::new(),
                total: Figures::default(),
            });
            group.total.add(&row.figures)?;
            group.rows.push(row);
        }
        let mut groups: Vec<StoreGroup> = groups.into_values().collect();
        for group in &mut groups {
            group.rows.sort_by(|one, other| {
                (one.business_date, &one.method).cmp(&(other.business_date, &other.method))
            });
        }
        let store = filter.store_id.as_ref().map(|id| {
            let named = groups.iter().find(|group| group.store_id == *id);
            named.map_or_else(|| id.to_string(), |group| group.store_name.clone())
        });
        Ok(Self {
            company: company.to_owned(),
            from: filter.from,
            to: filter.to,
            store,
            position: answer.position.get(),
            made_at,
            groups,
        })
    }

    /// A name for the file, such as `vendas-diarias_2026-01-01_2026-01-31.xlsx`.
    #[must_use]
    pub fn file_name(&self, format: Format, language: Language) -> String {
        let (name, extension) = (Words::of(language).file_name, format.extension());
        format!("{name}_{}_{}.{extension}", self.from, self.to)
    }

    /// Writes the report in a format; the writer should be buffered.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn write(
        &self,
        format: Format,
        options: &ReportOptions,
        out: impl std::io::Write,
    ) -> Result<(), ReportError> {
        match format {
            Format::Csv => self.write_csv(options, out),
            Format::Xlsx => self.write_xlsx(options, out),
        }
    }

    /// The sums of each currency.
    fn summaries(&self) -> Result<BTreeMap<Currency, Summary>, ReportError> {
        let mut all: BTreeMap<Currency, Summary> = BTreeMap::new();
        for group in &self.groups {
            let summary = all.entry(group.currency).or_default();
            for row in &group.rows {
                summary
                    .by_method
                    .entry(row.method.clone())
                    .or_default()
                    .add(&row.figures)?;
                summary
                    .by_day
                    .entry(row.business_date)
                    .or_default()
                    .add(&row.figures)?;
                let store = (group.store_name.clone(), group.store_id.clone());
                summary.by_store.entry(store).or_default().add(&row.figures)?;
                summary.total.add(&row.figures)?;
            }
        }
        Ok(all)
    }

    fn rows(&self) -> usize {
        self.groups.iter().map(|group| group.rows.len()).sum()
    }
}
