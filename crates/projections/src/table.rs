//! The statements of a read model's table, spelled out from the one list of its columns that Rust has.
//!
//! No text comes from outside: names of tables and columns are those of the program, values are binds.

use std::fmt::Write as _;

/// What becomes of a column when a row is written whose key is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It is part of the key.
    Key,
    /// The later value counts.
    Replace,
    /// Both are added up; of JSON objects the entries.
    Add,
    /// The later value counts, unless it is null.
    Keep,
    /// The smaller one counts.
    Min,
    /// The larger one counts.
    Max,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) sql_type: &'static str,
    pub(crate) rule: Rule,
}

impl Field {
    /// Whether it is too large for lists.
    fn is_detail(&self) -> bool {
        self.sql_type.eq_ignore_ascii_case(JSON)
    }

    /// What the column is set to where the row, `t`, is there already.
    fn combined(&self) -> String {
        let name = self.name;
        match self.rule {
            Rule::Key | Rule::Replace => format!("excluded.{name}"),
            Rule::Add if self.is_detail() => format!("t.{name} || excluded.{name}"),
            Rule::Add => format!("t.{name} + excluded.{name}"),
            Rule::Keep => format!("coalesce(excluded.{name}, t.{name})"),
            Rule::Min => format!("least(t.{name}, excluded.{name})"),
            Rule::Max => format!("greatest(t.{name}, excluded.{name})"),
        }
    }
}

/// The type whose columns are added up by their entries and left out of lists.
const JSON: &str = "jsonb";

/// A table, or some columns of it, as a row of Rust declares them; the column of the log comes before these.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

/// The ways of rows into a table, each with the log and the columns, in their order.
#[derive(Debug)]
pub struct Statements {
    /// A COPY into the table that this transaction made: the rows need no vacuum.
    pub(crate) copy_frozen: String,
    /// Any other COPY.
    pub(crate) copy: String,
    /// Rows as arrays; those whose key is there already stay as they are.
    pub(crate) insert: String,
    /// Rows as arrays; those whose key is there already take the later values up, each column by its rule.
    pub(crate) put: String,
}

impl Statements {
    pub(crate) fn of(table: &Table) -> Self {
        let (name, columns, keys) = (table.name, table.columns(), table.keys());
        let copy = format!("copy {name} (log_id, {columns}) from stdin");
        let rows = format!(
            "insert into {name} as t (log_id, {columns}) select $1, c.* from {} c on conflict ({keys}, log_id)",
            table.arrays()
        );
        let put = if table.changed().next().is_some() {
            format!("{rows} do update set {}", table.set())
        } else {
            format!("{rows} do nothing")
        };
        Self {
            copy_frozen: format!("{copy} (format binary, freeze)"),
            copy: format!("{copy} (format binary)"),
            insert: format!("{rows} do nothing"),
            put,
        }
    }
}

impl Table {
    /// Changes rows that are there; a row that is not stays absent. `part` has the key and the columns that change.
    ///
    /// An insert of rows that are there, because a conflict is always found by the key: an update that joined the arrays
    /// was planned while the table was empty, and read all of it for each page ever after. "offset 0" makes each row a
    /// look of its own.
    pub(crate) fn change(&self, part: &Self) -> String {
        let of_either = |field: &Field| {
            let changes = part.fields.iter().any(|changed| changed.name == field.name);
            format!("{}.{}", if changes { "c" } else { "f" }, field.name)
        };
        let selected: Vec<String> = self.fields.iter().map(of_either).collect();
        let same_key = |field: &Field| format!("k.{0} = c.{0}", field.name);
        let key: Vec<String> = part.key_fields().map(same_key).collect();
        format!(
            "insert into {name} as t (log_id, {columns}) select $1, {selected} from {arrays} c({changed}) \
             cross join lateral (select * from {name} k where {key} and k.log_id = $1 offset 0) f \
             on conflict ({keys}, log_id) do update set {set}",
            name = self.name,
            columns = self.columns(),
            selected = selected.join(", "),
            arrays = part.arrays(),
            changed = part.columns(),
            key = key.join(" and "),
            keys = self.keys(),
            set = part.set(),
        )
    }

    /// Removes the rows that have one of some values in a column.
    pub(crate) fn removal(&self, column: &str) -> String {
        format!(
            "delete from {} where log_id = $1 and {column} = any($2)",
            self.name
        )
    }

    /// The columns, separated by commas.
    fn columns(&self) -> String {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        names.join(", ")
    }

    /// The columns of a row `t` as a list shows them, or with those that are too large for one.
    pub(crate) fn shown(&self, with_details: bool) -> String {
        let shown = self
            .fields
            .iter()
            .filter(|field| with_details || !field.is_detail());
        shown.map(|field| format!(", t.{}", field.name)).collect()
    }

    fn key_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.rule == Rule::Key)
    }

    fn changed(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.rule != Rule::Key)
    }

    fn keys(&self) -> String {
        let names: Vec<&str> = self.key_fields().map(|field| field.name).collect();
        names.join(", ")
    }

    fn set(&self) -> String {
        let set = |field: &Field| format!("{} = {}", field.name, field.combined());
        self.changed().map(set).collect::<Vec<_>>().join(", ")
    }

    /// `unnest` of the columns as arrays, from `$2` on.
    fn arrays(&self) -> String {
        let mut text = String::from("unnest(");
        for (place, field) in self.fields.iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            let sql_type = field.sql_type.to_ascii_lowercase();
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}${}::{sql_type}[]", place + 2);
        }
        text.push(')');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn field(name: &'static str, sql_type: &'static str, rule: Rule) -> Field {
        Field { name, sql_type, rule }
    }

    const WHOLE: Table = Table {
        name: "things",
        fields: &[
            field("id", "UUID", Rule::Key),
            field("first", "INT8", Rule::Min),
            field("last", "INT8", Rule::Max),
            field("sum", "INT4", Rule::Add),
            field("parts", "JSONB", Rule::Add),
            field("word", "TEXT", Rule::Keep),
            field("day", "DATE", Rule::Replace),
        ],
    };

    const PART: Table = Table {
        name: "things",
        fields: &[field("id", "UUID", Rule::Key), field("word", "TEXT", Rule::Keep)],
    };

    #[test]
    fn a_table_gets_its_statements_from_its_columns() {
        let statements = Statements::of(&WHOLE);
        let columns = "log_id, id, first, last, sum, parts, word, day";
        assert_eq!(
            statements.copy,
            format!("copy things ({columns}) from stdin (format binary)")
        );
        assert_eq!(
            statements.copy_frozen,
            format!("copy things ({columns}) from stdin (format binary, freeze)")
        );
        let rows = format!(
            "insert into things as t ({columns}) select $1, c.* from unnest($2::uuid[], $3::int8[], $4::int8[], \
             $5::int4[], $6::jsonb[], $7::text[], $8::date[]) c on conflict (id, log_id)"
        );
        assert_eq!(statements.insert, format!("{rows} do nothing"));
        assert_eq!(
            statements.put,
            format!(
                "{rows} do update set first = least(t.first, excluded.first), last = greatest(t.last, excluded.last), \
                 sum = t.sum + excluded.sum, parts = t.parts || excluded.parts, word = coalesce(excluded.word, t.word), \
                 day = excluded.day"
            )
        );
        assert_eq!(
            WHOLE.shown(false),
            ", t.id, t.first, t.last, t.sum, t.word, t.day"
        );
    }

    #[test]
    fn a_change_takes_what_it_has_not_from_the_row() {
        assert_eq!(
            WHOLE.change(&PART),
            "insert into things as t (log_id, id, first, last, sum, parts, word, day) \
             select $1, c.id, f.first, f.last, f.sum, f.parts, c.word, f.day \
             from unnest($2::uuid[], $3::text[]) c(id, word) \
             cross join lateral (select * from things k where k.id = c.id and k.log_id = $1 offset 0) f \
             on conflict (id, log_id) do update set word = coalesce(excluded.word, t.word)"
        );
    }
}
