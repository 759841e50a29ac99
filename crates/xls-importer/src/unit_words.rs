//! Units of measure as sheets write them, as far as two of them are known to be different quantities of the same goods.

use unicode_normalization::UnicodeNormalization as _;

/// What a unit counts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unit {
    Piece,
    /// Several pieces together, by its usual word and the number that it names, as `CX12` does.
    Package(&'static str, String),
    /// A weight, volume or length.
    Measure(Dimension, &'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dimension {
    Weight,
    Volume,
    Length,
}

/// Whether a quantity in one unit is another in the other: a box and a piece, a kilogram and a gram. Units that are not
/// known, and a piece beside a weight, are left to those who use them.
pub(crate) fn are_different(one: &str, other: &str) -> bool {
    match (unit_of(one), unit_of(other)) {
        (Some(Unit::Package(one, one_number)), Some(Unit::Package(other, other_number))) => {
            let are_numbered = !one_number.is_empty() && !other_number.is_empty();
            one != other || (are_numbered && one_number != other_number)
        }
        (Some(Unit::Package(..)), Some(_)) | (Some(_), Some(Unit::Package(..))) => true,
        (Some(Unit::Measure(one, one_word)), Some(Unit::Measure(other, other_word))) => {
            one == other && one_word != other_word
        }
        (Some(_) | None, Some(_) | None) => false,
    }
}

/// Whether a unit is of several pieces.
pub(crate) fn is_package(unit: &str) -> bool {
    matches!(unit_of(unit), Some(Unit::Package(..)))
}

fn unit_of(text: &str) -> Option<Unit> {
    let plain: String = text
        .nfkd()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let letters = plain.split(|letter: char| letter.is_ascii_digit()).next()?;
    let number: String = plain.chars().filter(char::is_ascii_digit).collect();
    // `CX C/12`, `CX COM 12`.
    let word = letters.strip_suffix("COM").unwrap_or(letters);
    let measure = |dimension, word| Some(Unit::Measure(dimension, word));
    match word {
        "UN" | "UND" | "UNID" | "UNI" | "UNIDADE" | "UNIDADES" | "PC" | "PCS" | "PECA" | "PECAS" | "EA"
        | "EACH" => Some(Unit::Piece),
        "CX" | "CXA" | "CXS" | "CXC" | "CAIXA" | "CAIXAS" | "BOX" | "BX" | "CASE" | "CTN" => {
            Some(Unit::Package("CX", number))
        }
        "FD" | "FRD" | "FDC" | "FARDO" | "FARDOS" => Some(Unit::Package("FD", number)),
        "DZ" | "DUZ" | "DUZIA" | "DUZIAS" | "DOZEN" => Some(Unit::Package("DZ", number)),
        "DISPLAY" | "DP" => Some(Unit::Package("DISPLAY", number)),
        "ENGRADADO" => Some(Unit::Package("ENGRADADO", number)),
        "PALLET" | "PALETE" => Some(Unit::Package("PALLET", number)),
        "CENTO" => Some(Unit::Package("CENTO", number)),
        "MILHEIRO" => Some(Unit::Package("MILHEIRO", number)),
        "KG" | "KGS" | "QUILO" | "QUILOS" => measure(Dimension::Weight, "KG"),
        "G" | "GR" | "GRAMA" | "GRAMAS" => measure(Dimension::Weight, "G"),
        "L" | "LITRO" | "LITROS" => measure(Dimension::Volume, "L"),
        "ML" => measure(Dimension::Volume, "ML"),
        // `M2` is no length.
        "M" | "MT" | "METRO" | "METROS" if number.is_empty() => measure(Dimension::Length, "M"),
        "CM" if number.is_empty() => measure(Dimension::Length, "CM"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::are_different;

    #[test]
    fn packages_and_measures_are_told_apart() {
        for (one, other) in [
            ("CX", "UN"),
            ("cx.", "Peça"),
            ("CX C/12", "UN"),
            ("CX12", "CX24"),
            ("CX", "FD"),
            ("Dúzia", "un"),
            ("KG", "g"),
            ("L", "ML"),
            ("m", "cm"),
            ("CX", "KG"),
        ] {
            assert!(are_different(one, other), "{one} and {other}");
            assert!(are_different(other, one), "{other} and {one}");
        }
        for (one, other) in [
            ("UN", "Und."),
            ("UN", "pç"),
            ("CX", "Caixa"),
            ("CX", "CX12"),
            ("UN", "KG"),
            ("PCT", "UN"),
            ("KG", "ML"),
            ("M", "M2"),
            ("LT", "L"),
            ("", "UN"),
        ] {
            assert!(!are_different(one, other), "{one} and {other}");
        }
    }
}
