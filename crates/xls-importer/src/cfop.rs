//! The CFOP of a row: the code of Brazilian tax law for what became of the goods.

use crate::field::SheetKind;
use crate::row_reason::RowReason;
use crate::row_words::RowMeaning;

/// What a code says of its row; `None` for what is no code. `5102` and `5.102` are one code.
///
/// # Source
/// Convênio s/nº of 15 December 1970, annex of the codes: the first digit tells in (1 to 3) from out (5 to 7), the
/// second one the group: 1 trade (15x transfers), 2 returns, 4 trade under tax substitution (41x returns), 5 and 6
/// assets, freight and fuels, 9 everything else.
pub(crate) fn meaning_of_cfop(kind: SheetKind, text: &str) -> Option<RowMeaning> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|character| !matches!(character, '.' | ' '))
        .map(|character| character.to_digit(10))
        .collect::<Option<_>>()?;
    let [direction, group, subgroup, _] = digits.as_slice() else {
        return None;
    };
    let comes_in = match direction {
        1..=3 => true,
        5..=7 => false,
        _ => return None,
    };
    let is_return = *group == 2 || (*group == 4 && *subgroup == 1);
    let is_trade = matches!((group, subgroup), (1, 0..=4) | (4, 0 | 5) | (6, 5));
    Some(match (kind, comes_in) {
        (SheetKind::Products, _) => RowMeaning::Usual,
        (SheetKind::Sales, true) => RowMeaning::Other(RowReason::ReturnedGoods),
        (SheetKind::Stock, true) if is_return => RowMeaning::Other(RowReason::ReturnedGoods),
        // Among goods that came, a code of goods going out is the supplier's own.
        _ if is_trade => RowMeaning::Usual,
        _ => RowMeaning::Other(RowReason::OtherOperation),
    })
}

#[cfg(test)]
mod tests {
    use super::meaning_of_cfop;
    use crate::field::SheetKind;
    use crate::row_reason::RowReason;
    use crate::row_words::RowMeaning;

    #[test]
    fn codes_of_sales_and_of_goods_received() {
        let usual = Some(RowMeaning::Usual);
        let other = |reason| Some(RowMeaning::Other(reason));
        let cases = [
            (SheetKind::Sales, "5102", usual),
            (SheetKind::Sales, "5.102", usual),
            (SheetKind::Sales, "6108", usual),
            (SheetKind::Sales, "5405", usual),
            (SheetKind::Sales, "5656", usual),
            (SheetKind::Sales, "1202", other(RowReason::ReturnedGoods)),
            (SheetKind::Sales, "2411", other(RowReason::ReturnedGoods)),
            (SheetKind::Sales, "5202", other(RowReason::OtherOperation)),
            (SheetKind::Sales, "5152", other(RowReason::OtherOperation)),
            (SheetKind::Sales, "5910", other(RowReason::OtherOperation)),
            (SheetKind::Sales, "5927", other(RowReason::OtherOperation)),
            (SheetKind::Stock, "1102", usual),
            (SheetKind::Stock, "2403", usual),
            (SheetKind::Stock, "5102", usual),
            (SheetKind::Stock, "1202", other(RowReason::ReturnedGoods)),
            (SheetKind::Stock, "1411", other(RowReason::ReturnedGoods)),
            (SheetKind::Stock, "1152", other(RowReason::OtherOperation)),
            (SheetKind::Stock, "1949", other(RowReason::OtherOperation)),
            (SheetKind::Sales, "0102", None),
            (SheetKind::Sales, "venda", None),
            (SheetKind::Sales, "51021", None),
        ];
        for (kind, text, meaning) in cases {
            assert_eq!(meaning_of_cfop(kind, text), meaning, "{kind:?} {text}");
        }
    }
}
