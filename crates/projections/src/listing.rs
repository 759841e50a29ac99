//! Reading one read model: the rows that fit what is asked for, in the order of an index, a page at a time.
//!
//! The statement is spelled out from the columns of the table and from the conditions that are given, so that each has the
//! plan of its own index: one statement for all conditions, given or not, would have one plan for all of them.

use std::fmt::Write as _;

use posars_event_store::Position;
use tokio_postgres::types::ToSql;

use crate::read::ReadRow;
use crate::row::Value;
use crate::table::Table;
use crate::{Page, PageRequest, Projections, QueryError};

/// Which rows of a table, and in which order.
pub(crate) struct Listing<'a> {
    table: Table,
    /// The columns that the rows are ordered by; no two rows have the same in all of them.
    order: &'static [&'static str],
    /// Conditions after the log's, with `$` where their bind stands.
    conditions: String,
    /// What the rows have besides their columns.
    beside: String,
    /// Columns that have the same value in all rows, and by which they need not be ordered.
    fixed: Vec<&'static str>,
    values: Vec<Value<'a>>,
    with_details: bool,
}

/// The binds that every statement has in front: the subscription and the log.
const BINDS_IN_FRONT: usize = 2;

impl<'a> Listing<'a> {
    /// All rows.
    pub(crate) fn of(table: Table, order: &'static [&'static str]) -> Self {
        Self {
            table,
            order,
            conditions: String::new(),
            beside: String::new(),
            fixed: Vec::new(),
            values: Vec::new(),
            with_details: false,
        }
    }

    /// Also the columns that are too large for a list.
    pub(crate) fn with_details(mut self) -> Self {
        self.with_details = true;
        self
    }

    /// Also `product_name`: what people call the product of the column `sku`; its SKU while it has no name.
    ///
    /// A look of its own for each row, because a join of tables without statistics may read them whole.
    pub(crate) fn with_product_name(mut self) -> Self {
        self.beside.push_str(
            ", coalesce((select n.name from names n where n.id = t.sku and n.kind = 'product' and n.log_id = $2), t.sku) \
             as product_name",
        );
        self
    }

    /// Also `on_hand_e4`: how much there is of the product of the column `sku` in the store of `store_id`.
    pub(crate) fn with_on_hand(mut self) -> Self {
        self.beside.push_str(
            ", coalesce((select p.quantity_e4 from stock_position p where p.store_id = t.store_id and p.sku = t.sku \
             and p.log_id = $2), 0) as on_hand_e4",
        );
        self
    }

    /// Only rows that have this value in a column; no value asks for nothing.
    pub(crate) fn only<T: ToSql + Sync>(mut self, column: &'static str, value: Option<&'a T>) -> Self {
        if let Some(value) = value {
            self = self.that(column, "=", value);
            self.fixed.push(column);
        }
        self
    }

    /// Only rows that have a value in a column, or only those that have none; no answer asks for nothing.
    pub(crate) fn with_value(mut self, column: &'static str, has_value: Option<bool>) -> Self {
        if let Some(has_value) = has_value {
            let not = if has_value { "not " } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(self.conditions, " and t.{column} is {not}null");
        }
        self
    }

    /// Only rows that have something else than zero in a column.
    pub(crate) fn not_zero(mut self, column: &'static str, asked: bool) -> Self {
        if asked {
            // Writing to a String cannot fail.
            let _ = write!(self.conditions, " and t.{column} <> 0");
        }
        self
    }

    /// Only items with an instalment that falls due within days; `open_only`: of which something is open.
    ///
    /// A look of its own for each row, because a join of tables without statistics may read them whole.
    pub(crate) fn with_due(mut self, first: Value<'a>, last: Value<'a>, open_only: bool) -> Self {
        let (first, last) = (self.bind(first), self.bind(last));
        let open = if open_only { " and i.open_minor <> 0" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(
            self.conditions,
            " and (select count(*) from installments i where i.item_id = t.item_id and i.side = t.side \
             and i.log_id = $2 and i.due_date >= {first} and i.due_date <= {last}{open}) > 0"
        );
        self
    }

    /// Only rows whose value in a column is at most this.
    pub(crate) fn up_to(self, column: &'static str, value: Value<'a>) -> Self {
        self.that(column, "<=", value)
    }

    /// Only rows after the one that has these values in the columns of the order.
    pub(crate) fn after(mut self, key: &[Value<'a>]) -> Self {
        let mut columns = Vec::new();
        let mut binds = Vec::new();
        // Where all are the same in all rows, there is one row, and it comes after a lesser key alone.
        let is_one = self.order.iter().all(|column| self.fixed.contains(column));
        for (column, value) in self.order.iter().zip(key) {
            // All rows have it: it would keep the others from being the bounds of an index.
            if self.fixed.contains(column) && !is_one {
                continue;
            }
            columns.push(format!("t.{column}"));
            binds.push(self.bind(*value));
        }
        // Writing to a String cannot fail.
        let _ = write!(
            self.conditions,
            " and ({}) > ({})",
            columns.join(", "),
            binds.join(", ")
        );
        self
    }

    fn that(mut self, column: &'static str, operator: &str, value: Value<'a>) -> Self {
        let bind = self.bind(value);
        // Writing to a String cannot fail.
        let _ = write!(self.conditions, " and t.{column} {operator} {bind}");
        self
    }

    fn bind(&mut self, value: Value<'a>) -> String {
        self.values.push(value);
        format!("${}", BINDS_IN_FRONT + self.values.len())
    }

    /// The statement: `$1` the subscription, `$2` the log, then the conditions' values, then the limit.
    pub(crate) fn statement(&self) -> String {
        let order: Vec<String> = self
            .order
            .iter()
            .filter(|column| !self.fixed.contains(column))
            .map(|column| format!("t.{column}"))
            .collect();
        let order = if order.is_empty() {
            String::new()
        } else {
            format!(" order by {}", order.join(", "))
        };
        format!(
            "select (select position from checkpoints where name = $1 and log_id = $2) as applied{columns}{beside} \
             from {table} t where t.log_id = $2{conditions}{order} limit ${limit}",
            columns = self.table.shown(self.with_details),
            beside = self.beside,
            table = self.table.name,
            conditions = self.conditions,
            limit = BINDS_IN_FRONT + self.values.len() + 1,
        )
    }
}

impl Projections {
    /// The rows of a listing, at most `limit`, with the position that they include: `before`, or a later one that they were
    /// read at.
    pub(crate) async fn list<T: ReadRow>(
        &self,
        listing: Listing<'_>,
        limit: i64,
        before: Position,
    ) -> Result<(Vec<T>, Position), QueryError> {
        let statement = listing.statement();
        let mut values = listing.values;
        values.push(&limit);
        self.rows(&statement, &values, before).await
    }

    /// The one row of a listing, none if there is none.
    pub(crate) async fn get<T: ReadRow>(
        &self,
        listing: Listing<'_>,
        before: Position,
    ) -> Result<(Option<T>, Position), QueryError> {
        let (mut rows, position) = self.list(listing, 1, before).await?;
        Ok((rows.pop(), position))
    }

    /// A page of a listing.
    pub(crate) async fn list_page<T: ReadRow>(
        &self,
        listing: Listing<'_>,
        page: &PageRequest,
        before: Position,
        key: impl Fn(&T) -> Vec<String>,
    ) -> Result<Page<T>, QueryError> {
        let (rows, position) = self.list(listing, page.sql_limit(), before).await?;
        Ok(Page::cut(rows, page, position, key))
    }
}
