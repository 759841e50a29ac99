//! Which column means what: the titles against the aliases, the sender's own words first.

use std::collections::BTreeMap;

use crate::aliases::{Alias, is_unit_or_store, place_in_list, titles};
use crate::column::Column;
use crate::column_content::{ColumnContent, ColumnContents};
use crate::field::{Field, SheetKind};
use crate::payment_words::payment_method;
use crate::sign_titles::sign_of_title;
use crate::title::{canonical_title, differs_by_one_slip, normalise_title};

/// The meaning of the columns of one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The kind of sheet the meaning belongs to.
    pub kind: SheetKind,
    /// The column of each field, by the field's place in [`Field::ALL`]: it is asked for every cell.
    columns: [Option<u32>; Field::ALL.len()],
}

impl Mapping {
    fn new(kind: SheetKind, by_field: &BTreeMap<Field, u32>) -> Self {
        let columns = Field::ALL.map(|field| by_field.get(&field).copied());
        Self { kind, columns }
    }

    /// The column of a field.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<u32> {
        self.columns.get(field.place()).copied().flatten()
    }

    /// Whether a field has a column.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.column(field).is_some()
    }

    /// Fields and their columns.
    pub fn fields(&self) -> impl Iterator<Item = (Field, u32)> {
        let columns = Field::ALL.into_iter().zip(self.columns);
        columns.filter_map(|(field, column)| Some((field, column?)))
    }

    /// How many fields have a column.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields().count()
    }

    /// Whether no field has a column.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().next().is_none()
    }
}

/// A mapping with what is still open about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) mapping: Mapping,
    /// Columns of the sender's own choice.
    pub(crate) chosen: Vec<(Field, u32)>,
    /// Fields that several columns could be, with their titles.
    pub(crate) ambiguous: Vec<(Field, Vec<String>)>,
    /// A column that could be either of several fields.
    pub(crate) either: Option<(String, Vec<Field>)>,
    /// Required fields without a column, as words for a person.
    pub(crate) missing: Vec<String>,
}

impl Candidate {
    pub(crate) fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.ambiguous.is_empty() && self.either.is_none()
    }

    /// How many questions are open.
    pub(crate) fn questions(&self) -> usize {
        self.missing.len() + self.ambiguous.len() + usize::from(self.either.is_some())
    }

    /// How many fields the titles speak of.
    pub(crate) fn understood(&self) -> usize {
        self.mapping.len() + self.ambiguous.len() + usize::from(self.either.is_some())
    }
}

/// The fields and columns that the sender's own words name, and the words that name none.
fn chosen_columns(columns: &[Column], chosen: &[(Field, String)]) -> (Vec<(Field, u32)>, Vec<String>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (field, title) in chosen {
        let wanted = normalise_title(title);
        let column = columns.iter().find(|column| column.title == *title).or_else(|| {
            columns
                .iter()
                .find(|column| normalise_title(&column.title) == wanted)
        });
        match column {
            Some(column) => found.push((*field, column.index)),
            None => missing.push(format!("{} ({title:?})", field.word())),
        }
    }
    (found, missing)
}

/// Maps the columns as a sheet of this kind. `chosen` are the sender's own words: field and title.
pub(crate) fn map_columns(
    kind: SheetKind,
    columns: &[Column],
    chosen: &[(Field, String)],
    contents: &ColumnContents,
) -> Candidate {
    let (chosen, mut missing) = chosen_columns(columns, chosen);
    let mut by_field: BTreeMap<Field, u32> = chosen
        .iter()
        .copied()
        .filter(|(field, _)| !field.may_repeat())
        .collect();
    let open: Vec<(&Column, Vec<Field>)> = columns
        .iter()
        .filter(|column| !chosen.iter().any(|(_, taken)| *taken == column.index))
        .map(|column| (column, meanings(kind, column, contents)))
        .collect();
    let (claims, either) = claims(&open, &by_field);
    let mut ambiguous = Vec::new();
    for (field, columns) in claims {
        if by_field.contains_key(&field) {
            continue;
        }
        match columns.as_slice() {
            [only] => {
                by_field.insert(field, only.index);
            }
            // Nothing is recorded of it, so it matters to nobody which column it is.
            [first, ..] if !field.is_recorded(kind) => {
                by_field.insert(field, first.index);
            }
            // Who bought changes no figure, so it is worth no question.
            [first, others @ ..] if field.is_of_customer() => {
                let place = |column: &&&Column| place_in_list(kind, field, &normalise_title(&column.title));
                let likeliest = others
                    .iter()
                    .filter(|column| place(column) < place(&first))
                    .min_by_key(place);
                by_field.insert(field, likeliest.unwrap_or(first).index);
            }
            several => ambiguous.push((field, several.iter().map(|column| column.title.clone()).collect())),
        }
    }
    if kind == SheetKind::Sales && !by_field.contains_key(&Field::Payment) {
        let of_payments = |(column, fields): &&(&Column, Vec<Field>)| {
            let content = contents.get(column.index);
            fields.is_empty() && content.is_some_and(|content| holds_payments(&column.title, content))
        };
        if let Some((column, _)) = open.iter().find(of_payments) {
            by_field.insert(Field::Payment, column.index);
        }
    }
    let mapping = Mapping::new(kind, &by_field);
    let is_open = |field: Field| {
        ambiguous.iter().any(|(open, _)| *open == field)
            || either.as_ref().is_some_and(|(_, fields)| fields.contains(&field))
    };
    missing.extend(missing_fields(&mapping, is_open));
    Candidate {
        mapping,
        chosen,
        ambiguous,
        either,
        missing,
    }
}

/// The columns that claim each field, and one that could be two fields of which nothing tells which.
type Claims<'a> = (BTreeMap<Field, Vec<&'a Column>>, Option<(String, Vec<Field>)>);

fn claims<'a>(open: &[(&'a Column, Vec<Field>)], by_field: &BTreeMap<Field, u32>) -> Claims<'a> {
    let mut claims: BTreeMap<Field, Vec<&Column>> = BTreeMap::new();
    for (column, fields) in open {
        if let [field] = fields.as_slice() {
            claims.entry(*field).or_default().push(column);
        }
    }
    let mut either = None;
    for (column, fields) in open.iter().filter(|(_, fields)| fields.len() > 1) {
        let free = |field: &&Field| !claims.contains_key(field) && !by_field.contains_key(field);
        let free: Vec<Field> = fields.iter().filter(free).copied().collect();
        match free.as_slice() {
            // A plain "valor" is the price of one or of all: beside either of them it is the other.
            [Field::UnitPrice, Field::Total] => either = Some((column.title.clone(), free)),
            [field, ..] => claims.entry(*field).or_default().push(column),
            [] => {}
        }
    }
    (claims, either)
}

/// The fields a column can mean: by an exact alias, by one with its abbreviations spelt out, else by one slip of the pen.
fn meanings(kind: SheetKind, column: &Column, contents: &ColumnContents) -> Vec<Field> {
    let title = normalise_title(&column.title);
    if title.is_empty() {
        return Vec::new();
    }
    let collect = |matches: &dyn Fn(&Alias) -> bool| {
        let mut fields: Vec<Field> = Vec::new();
        for alias in titles(kind) {
            if matches(alias) && !fields.contains(&alias.field) {
                fields.push(alias.field);
            }
        }
        fields
    };
    let canonical = canonical_title(&title);
    let mut fields = collect(&|alias| alias.title == title);
    if fields.is_empty() {
        fields = collect(&|alias| alias.canonical == canonical);
    }
    if fields.is_empty() {
        fields = collect(&|alias| {
            differs_by_one_slip(&title, alias.title) || differs_by_one_slip(&canonical, &alias.canonical)
        });
    }
    by_content(kind, &title, fields, contents.get(column.index))
}

/// Corrects what the title alone would say by what stands below it.
fn by_content(
    kind: SheetKind,
    title: &str,
    fields: Vec<Field>,
    content: Option<&ColumnContent>,
) -> Vec<Field> {
    let Some(content) = content.filter(|content| !content.is_nothing()) else {
        return fields;
    };
    if fields.contains(&Field::Unit) {
        return if content.is_of_units() || kind == SheetKind::Products {
            vec![Field::Unit]
        } else if is_unit_or_store(title) {
            vec![Field::Store]
        } else if kind == SheetKind::Sales || content.is_of_amounts() {
            // Packages of a kind of one's own, or a number of them, or the pieces in one.
            Vec::new()
        } else {
            vec![Field::Unit]
        };
    }
    // "Desc" is short for a discount and for a description.
    if fields.contains(&Field::Discount) && !content.has_amounts && content.has_texts {
        return vec![Field::Description];
    }
    if kind == SheetKind::Sales && title.starts_with("desc ") && content.is_of_amounts() {
        return vec![Field::Discount];
    }
    fields
}

/// Whether most words of a column are means of payment; all of them, where the title could be of something else.
fn holds_payments(title: &str, content: &ColumnContent) -> bool {
    let known = |word: &&String| payment_method(word).is_some() || word.starts_with("cartao");
    let known = content.words.iter().filter(known).count();
    let is_sign = sign_of_title(SheetKind::Sales, &normalise_title(title)).is_some();
    let least = if is_sign {
        content.words.len()
    } else {
        content.words.len().div_ceil(2)
    };
    known > 0 && known >= least && !content.has_amounts
}

/// Whether only its cells tell what a column means: no kind of sheet has one field for its title.
pub(crate) fn depends_on_content(column: &Column) -> bool {
    let nothing = ColumnContents::default();
    !SheetKind::ALL.into_iter().any(|kind| {
        let fields = meanings(kind, column, &nothing);
        let is_clear = |field: &Field| !matches!(field, Field::Unit | Field::Discount);
        matches!(fields.as_slice(), [field] if is_clear(field))
            && !column.title.to_lowercase().starts_with("desc")
    })
}

/// What a sheet of the kind cannot do without; the store may come from the command line.
fn missing_fields(mapping: &Mapping, is_open: impl Fn(Field) -> bool) -> Vec<String> {
    let has = |field: Field| mapping.has(field) || is_open(field);
    requirements(mapping.kind)
        .iter()
        .filter(|alternatives| !alternatives.iter().any(|field| has(*field)))
        .filter_map(|alternatives| alternatives.first())
        .map(|field| field.word().to_owned())
        .collect()
}

/// What a sheet of a kind has at least: one of each list.
pub(crate) fn requirements(kind: SheetKind) -> &'static [&'static [Field]] {
    match kind {
        SheetKind::Sales => &[
            &[Field::Date],
            &[Field::Sku, Field::Description],
            &[Field::Quantity],
            &[Field::UnitPrice, Field::Total, Field::Net, Field::Gross],
        ],
        SheetKind::Stock => &[
            &[Field::Sku, Field::Description],
            &[Field::Quantity, Field::OnHand, Field::Counted],
            &[Field::UnitCost, Field::Total],
        ],
        SheetKind::Products => &[&[Field::Description]],
    }
}

#[cfg(test)]
mod tests {
    use super::Candidate;
    use crate::column::Column;
    use crate::column_content::ColumnContents;
    use crate::field::{Field, SheetKind};

    fn columns(titles: &[&str]) -> Vec<Column> {
        (0..)
            .zip(titles)
            .map(|(index, title)| Column {
                index,
                title: (*title).to_owned(),
            })
            .collect()
    }

    fn map_columns(kind: SheetKind, columns: &[Column], chosen: &[(Field, String)]) -> Candidate {
        super::map_columns(kind, columns, chosen, &ColumnContents::default())
    }

    #[test]
    fn a_sales_sheet_maps_by_its_titles() {
        let columns = columns(&[
            "Código Venda",
            "Data",
            "ID Loja",
            "Produto",
            "Quantidade",
            "Valor Unitário",
            "Valor Final",
        ]);
        let candidate = map_columns(SheetKind::Sales, &columns, &[]);
        assert!(candidate.is_complete(), "{candidate:?}");
        let expected = [
            Field::Receipt,
            Field::Date,
            Field::Store,
            Field::Description,
            Field::Quantity,
            Field::UnitPrice,
            Field::Total,
        ];
        for (index, field) in (0..).zip(expected) {
            assert_eq!(candidate.mapping.column(field), Some(index), "{field:?}");
        }
    }

    #[test]
    fn item_is_a_line_number_only_beside_a_description() {
        let with = map_columns(SheetKind::Sales, &columns(&["item", "descrição"]), &[]);
        assert_eq!(with.mapping.column(Field::Line), Some(0));
        let without = map_columns(SheetKind::Sales, &columns(&["item", "qtd"]), &[]);
        assert_eq!(without.mapping.column(Field::Description), Some(0));
    }

    #[test]
    fn two_columns_for_one_field_are_asked_about_unless_told() {
        let titles = columns(&["Data", "Produto", "Qtd", "Total", "Valor Total"]);
        let open = map_columns(SheetKind::Sales, &titles, &[]);
        assert_eq!(open.ambiguous.len(), 1);
        assert_eq!(open.ambiguous[0].0, Field::Total);
        let told = map_columns(
            SheetKind::Sales,
            &titles,
            &[(Field::Total, "valor total".to_owned())],
        );
        assert!(told.is_complete(), "{told:?}");
        assert_eq!(told.mapping.column(Field::Total), Some(4));
    }

    #[test]
    fn unidade_is_a_store_in_sales_and_a_unit_in_stock() {
        let titles = columns(&["unidade"]);
        assert_eq!(
            map_columns(SheetKind::Sales, &titles, &[])
                .mapping
                .column(Field::Store),
            Some(0)
        );
        assert_eq!(
            map_columns(SheetKind::Stock, &titles, &[])
                .mapping
                .column(Field::Unit),
            Some(0)
        );
    }

    #[test]
    fn a_chosen_title_that_is_not_there_is_missing() {
        let candidate = map_columns(
            SheetKind::Products,
            &columns(&["nome"]),
            &[(Field::Sku, "Código X".to_owned())],
        );
        assert_eq!(candidate.missing, vec!["sku (\"Código X\")".to_owned()]);
    }
}
