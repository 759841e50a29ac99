//! Which column means what: the titles against the aliases, the sender's own words first.

use std::collections::BTreeMap;

use crate::aliases::titles;
use crate::field::{Field, SheetKind};
use crate::title::{differs_by_one_slip, normalise_title};

/// A column and its title as the sheet writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Column from 0.
    pub index: u32,
    /// The title, empty where there is none.
    pub title: String,
}

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
    /// Fields that several columns could be, with their titles.
    pub(crate) ambiguous: Vec<(Field, Vec<String>)>,
    /// Required fields without a column, as words for a person.
    pub(crate) missing: Vec<String>,
}

impl Candidate {
    pub(crate) fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.ambiguous.is_empty()
    }
}

/// Maps the columns as a sheet of this kind. `chosen` are the sender's own words: field and title.
pub(crate) fn map_columns(kind: SheetKind, columns: &[Column], chosen: &[(Field, String)]) -> Candidate {
    let mut by_field = BTreeMap::new();
    let mut taken: Vec<u32> = Vec::new();
    let mut missing = Vec::new();
    for (field, title) in chosen {
        let wanted = normalise_title(title);
        let found = columns.iter().find(|column| column.title == *title).or_else(|| {
            columns
                .iter()
                .find(|column| normalise_title(&column.title) == wanted)
        });
        match found {
            Some(column) => {
                by_field.insert(*field, column.index);
                taken.push(column.index);
            }
            None => missing.push(format!("{} ({title:?})", field.word())),
        }
    }
    let open: Vec<(&Column, Vec<Field>)> = columns
        .iter()
        .filter(|column| !taken.contains(&column.index))
        .map(|column| (column, meanings(kind, &column.title)))
        .collect();
    let mut claims: BTreeMap<Field, Vec<&Column>> = BTreeMap::new();
    for (column, fields) in &open {
        if let [field] = fields.as_slice() {
            claims.entry(*field).or_default().push(column);
        }
    }
    for (column, fields) in open.iter().filter(|(_, fields)| fields.len() > 1) {
        let free = |field: &&Field| !claims.contains_key(field) && !by_field.contains_key(field);
        if let Some(field) = fields.iter().find(free) {
            claims.entry(*field).or_default().push(column);
        }
    }
    let mut ambiguous = Vec::new();
    for (field, columns) in claims {
        if by_field.contains_key(&field) {
            continue;
        }
        match columns.as_slice() {
            [only] => {
                by_field.insert(field, only.index);
            }
            several => ambiguous.push((field, several.iter().map(|column| column.title.clone()).collect())),
        }
    }
    let mapping = Mapping::new(kind, &by_field);
    missing.extend(missing_fields(&mapping, &ambiguous));
    Candidate {
        mapping,
        ambiguous,
        missing,
    }
}

/// The fields a title can mean: by an exact alias, else by one slip of the pen.
fn meanings(kind: SheetKind, title: &str) -> Vec<Field> {
    let title = normalise_title(title);
    if title.is_empty() {
        return Vec::new();
    }
    let collect = |matches: &dyn Fn(&str) -> bool| {
        let mut fields: Vec<Field> = Vec::new();
        for (field, alias) in titles(kind) {
            if matches(alias) && !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    };
    let exact = collect(&|alias| alias == title);
    if exact.is_empty() {
        collect(&|alias| differs_by_one_slip(&title, alias))
    } else {
        exact
    }
}

/// What a sheet of the kind cannot do without; the store may come from the command line.
fn missing_fields(mapping: &Mapping, ambiguous: &[(Field, Vec<String>)]) -> Vec<String> {
    let has = |field: Field| mapping.has(field) || ambiguous.iter().any(|(open, _)| *open == field);
    let any = |fields: &[Field]| fields.iter().any(|field| has(*field));
    let requirements: &[&[Field]] = match mapping.kind {
        SheetKind::Sales => &[
            &[Field::Date],
            &[Field::Sku, Field::Description],
            &[Field::Quantity],
            &[Field::UnitPrice, Field::Total],
        ],
        SheetKind::Stock => &[
            &[Field::Sku, Field::Description],
            &[Field::Quantity, Field::OnHand],
            &[Field::UnitCost, Field::Total],
        ],
        SheetKind::Products => &[&[Field::Description]],
    };
    requirements
        .iter()
        .filter(|alternatives| !any(alternatives))
        .filter_map(|alternatives| alternatives.first())
        .map(|field| field.word().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Column, map_columns};
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
