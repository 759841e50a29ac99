//! The kind of a sheet, by all of its columns; where they speak for two, the sender is asked.

use crate::column::{Column, titles_in};
use crate::field::{Field, SheetKind};
use crate::mapping::Candidate;
use crate::refusal::FileRefusal;
use crate::sheet_marks::SheetMarks;
use crate::title::{canonical_title, normalise_title};

/// Chooses among the readings of the columns, one a kind; `is_told` where the sender said the kind.
pub(crate) fn choose_kind<'a>(
    candidates: &'a [Candidate],
    is_told: bool,
    marks: &SheetMarks,
    columns: &[Column],
) -> Result<&'a Candidate, FileRefusal> {
    let titles = titles_in(columns);
    if let ([only], true) = (candidates, is_told) {
        return complete_or_asked(only, marks, columns);
    }
    let (Some(sales), Some(stock), Some(products)) = (
        of_kind(candidates, SheetKind::Sales),
        of_kind(candidates, SheetKind::Stock),
        of_kind(candidates, SheetKind::Products),
    ) else {
        return Err(needs_mapping(None, titles));
    };
    if sales.is_complete() {
        let is_of_both = stock.is_complete() && stock.mapping.has(Field::UnitCost);
        let speaks_for_stock = marks.of_receiving || marks.of_count || is_of_both;
        if speaks_for_stock && !marks.of_sales {
            return Err(needs_mapping(None, titles));
        }
        return Ok(sales);
    }
    let is_count = counted_field(stock, marks, columns).is_some();
    if stock.is_complete() {
        // What was sold, with its cost, is no delivery.
        if marks.of_sales && !marks.of_receiving && !is_count {
            return Err(needs_mapping(Some(sales), titles));
        }
        return complete_or_asked(stock, marks, columns);
    }
    let is_plain_count = stock.mapping.has(Field::Counted) || (is_count && marks.of_count);
    if is_plain_count && lacks_only_cost(stock) {
        return complete_or_asked(stock, marks, columns);
    }
    if products.is_complete() && is_catalogue(products, sales, stock, marks) {
        return Ok(products);
    }
    // A sheet without goods, all of whose columns are understood, is of something else.
    let is_without_goods = sales.missing.len() == 1
        && sales.missing.iter().any(|field| field == Field::Sku.word())
        && titles.len() == sales.understood();
    if is_without_goods {
        return Err(FileRefusal::NotKnownKind { columns: titles });
    }
    Err(match nearest(sales, stock, products, marks) {
        Some(near) if near.mapping.kind == SheetKind::Stock => {
            match complete_or_asked(near, marks, columns) {
                Ok(_) => needs_mapping(Some(near), titles),
                Err(refusal) => refusal,
            }
        }
        Some(near) => needs_mapping(Some(near), titles),
        None => FileRefusal::NotKnownKind { columns: titles },
    })
}

fn of_kind(candidates: &[Candidate], kind: SheetKind) -> Option<&Candidate> {
    candidates.iter().find(|candidate| candidate.mapping.kind == kind)
}

fn complete_or_asked<'a>(
    candidate: &'a Candidate,
    marks: &SheetMarks,
    columns: &[Column],
) -> Result<&'a Candidate, FileRefusal> {
    let counted = counted_field(candidate, marks, columns);
    if let (Some(field), true) = (counted, lacks_only_cost(candidate)) {
        return Err(FileRefusal::CountWithoutCost {
            column: title_of(candidate, field, columns).unwrap_or_default(),
        });
    }
    if counted == Some(Field::Quantity) && candidate.mapping.has(Field::OnHand) {
        // Which of the two is there now?
        let both = [Field::Quantity, Field::OnHand].map(|field| title_of(candidate, field, columns));
        let mut asked = candidate.clone();
        asked
            .ambiguous
            .push((Field::Counted, both.into_iter().flatten().collect()));
        return Err(needs_mapping(Some(&asked), titles_in(columns)));
    }
    if candidate.is_complete() {
        return Ok(candidate);
    }
    Err(needs_mapping(Some(candidate), titles_in(columns)))
}

fn lacks_only_cost(candidate: &Candidate) -> bool {
    candidate.mapping.kind == SheetKind::Stock
        && candidate.questions() == 1
        && candidate
            .missing
            .iter()
            .any(|field| field == Field::UnitCost.word())
}

/// In a stock sheet, the field that says what is there; none where it says what came.
///
/// A quantity without a date and without a document is what is there: what came, came on some day.
pub(crate) fn counted_field(candidate: &Candidate, marks: &SheetMarks, columns: &[Column]) -> Option<Field> {
    let has = |field: Field| candidate.mapping.has(field);
    if candidate.mapping.kind != SheetKind::Stock {
        return None;
    }
    if has(Field::Counted) {
        return Some(Field::Counted);
    }
    if !has(Field::Quantity) {
        return has(Field::OnHand).then_some(Field::OnHand);
    }
    let is_told = candidate
        .chosen
        .iter()
        .any(|(field, _)| *field == Field::Quantity);
    let is_received =
        title_of(candidate, Field::Quantity, columns).is_some_and(|title| speaks_of_receiving(&title));
    let is_dated = has(Field::Date) || has(Field::Receipt);
    (!is_told && !is_received && (marks.of_count || !is_dated)).then_some(Field::Quantity)
}

fn speaks_of_receiving(title: &str) -> bool {
    let title = canonical_title(&normalise_title(title));
    title.split(' ').any(|word| {
        ["receb", "entr", "compr", "receiv", "purchas"]
            .iter()
            .any(|stem| word.starts_with(stem))
    })
}

fn title_of(candidate: &Candidate, field: Field, columns: &[Column]) -> Option<String> {
    let index = candidate.mapping.column(field)?;
    let column = columns.iter().find(|column| column.index == index)?;
    Some(column.title.clone())
}

/// Whether a sheet with names of something is a catalogue: it tells more of products, and nothing of sales, deliveries,
/// people or debts, which would be dropped silently.
fn is_catalogue(products: &Candidate, sales: &Candidate, stock: &Candidate, marks: &SheetMarks) -> bool {
    let tells_of_sales = [Field::Date, Field::Receipt, Field::Payment, Field::Quantity]
        .into_iter()
        .any(|field| sales.mapping.has(field));
    let tells_of_stock = [Field::Date, Field::Receipt]
        .into_iter()
        .any(|field| stock.mapping.has(field));
    let tells_of_products = OF_PRODUCTS.into_iter().any(|field| products.mapping.has(field));
    tells_of_products && !tells_of_sales && !tells_of_stock && marks.foreign == 0
}

/// Fields beside the name that only a list of products has.
const OF_PRODUCTS: [Field; 10] = [
    Field::Sku,
    Field::ParentSku,
    Field::Gtin,
    Field::Ncm,
    Field::Unit,
    Field::UnitPrice,
    Field::UnitCost,
    Field::OnHand,
    Field::Brand,
    Field::Category,
];

/// The reading with the fewest questions, if it is near enough to be meant.
fn nearest<'a>(
    sales: &'a Candidate,
    stock: &'a Candidate,
    products: &'a Candidate,
    marks: &SheetMarks,
) -> Option<&'a Candidate> {
    let tells_of_goods = |candidate: &Candidate| {
        let has = |field: Field| candidate.mapping.has(field);
        let has_product = has(Field::Sku) || has(Field::Description);
        let has_amount = has(Field::Quantity)
            || has(Field::Counted)
            || has(Field::OnHand)
            || has(Field::UnitPrice)
            || has(Field::UnitCost);
        has_product && has_amount || has(Field::Quantity)
    };
    let is_near = |candidate: &&Candidate| match candidate.mapping.kind {
        // Two may be missing where nothing points elsewhere: a date and a price, for instance.
        SheetKind::Sales => {
            let most = if marks.foreign == 0 { 2 } else { 1 };
            candidate.missing.len() <= most && (tells_of_goods(candidate) || candidate.missing.len() <= 1)
        }
        SheetKind::Stock => candidate.missing.len() <= 1 && tells_of_goods(candidate),
        SheetKind::Products => {
            let strong = [Field::Sku, Field::Gtin, Field::Ncm];
            marks.foreign == 0 && strong.into_iter().any(|field| candidate.mapping.has(field))
        }
    };
    let speaks_against = |candidate: &Candidate| match candidate.mapping.kind {
        SheetKind::Sales => marks.of_receiving && !marks.of_sales,
        SheetKind::Stock => marks.of_sales && !marks.of_receiving,
        SheetKind::Products => false,
    };
    [sales, stock, products]
        .into_iter()
        .filter(is_near)
        .filter(|candidate| !candidate.is_complete())
        .min_by_key(|candidate| {
            (
                speaks_against(candidate),
                candidate.missing.len(),
                candidate.questions(),
            )
        })
}

fn needs_mapping(nearest: Option<&Candidate>, columns: Vec<String>) -> FileRefusal {
    let mut ambiguous: Vec<String> = Vec::new();
    for (field, titles) in nearest.iter().flat_map(|candidate| &candidate.ambiguous) {
        ambiguous.push(format!("{}: {}", field.word(), titles.join(", ")));
    }
    if let Some((title, fields)) = nearest.and_then(|candidate| candidate.either.as_ref()) {
        let words: Vec<&str> = fields.iter().map(|field| field.word()).collect();
        ambiguous.push(format!("{}: {title}", words.join(" | ")));
    }
    FileRefusal::NeedsMapping {
        kind: nearest.map(|candidate| candidate.mapping.kind.word().to_owned()),
        missing: nearest
            .map(|candidate| candidate.missing.clone())
            .unwrap_or_default(),
        ambiguous,
        columns,
    }
}
