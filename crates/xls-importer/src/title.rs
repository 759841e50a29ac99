//! Column titles made comparable: accents, case, punctuation and small words do not matter, one slip is forgiven.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that join others and carry no meaning of their own.
const JOINING_WORDS: [&str; 5] = ["do", "da", "de", "dos", "das"];
/// Words shorter than this must match exactly: `nota` and `data` are too near to other words.
const FORGIVING_FROM_CHARS: usize = 6;

/// `PREÇO DE COMPRA (R$)` becomes `preco compra`.
pub(crate) fn normalise_title(title: &str) -> String {
    let plain: String = title
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.replace("r$", " ");
    plain
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty() && !JOINING_WORDS.contains(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a title says that its column holds percentages: `Desconto (%)`, `Perc. desconto`.
pub(crate) fn speaks_of_percent(title: &str) -> bool {
    const WORDS: [&str; 7] = [
        "perc",
        "percent",
        "percentual",
        "percentage",
        "porcentagem",
        "porc",
        "pct",
    ];
    title.contains('%')
        || normalise_title(title)
            .split(' ')
            .any(|word| WORDS.contains(&word))
}

/// Whether two normalised titles differ by one slip in one long word: `preco comra`, `preco compra`.
pub(crate) fn differs_by_one_slip(title: &str, alias: &str) -> bool {
    if title.split(' ').count() != alias.split(' ').count() {
        return false;
    }
    let mut different = title
        .split(' ')
        .zip(alias.split(' '))
        .filter(|(one, other)| one != other);
    let (Some((one, other)), None) = (different.next(), different.next()) else {
        return false;
    };
    other.chars().count() >= FORGIVING_FROM_CHARS && is_one_edit(one, other)
}

/// One character more, less, or other, or two neighbours swapped.
fn is_one_edit(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[start..], &other[start..]);
    match (one, other) {
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([a, b, rest @ ..], [c, d, tail @ ..]) => a == d && b == c && rest == tail,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{differs_by_one_slip, normalise_title};

    #[test]
    fn titles_are_made_comparable() {
        assert_eq!(normalise_title("  Código Venda "), "codigo venda");
        assert_eq!(normalise_title("PREÇO DE COMPRA (R$)"), "preco compra");
        assert_eq!(normalise_title("Dt.\nEmissão"), "dt emissao");
        assert_eq!(normalise_title("N\u{ba} Pedido"), "no pedido");
        assert_eq!(normalise_title("***"), "");
    }

    #[test]
    fn one_slip_is_forgiven_in_long_words_only() {
        assert!(differs_by_one_slip("preco comra", "preco compra"));
        assert!(differs_by_one_slip("descircao", "descricao"));
        assert!(differs_by_one_slip("quantidadee", "quantidade"));
        assert!(!differs_by_one_slip("nata", "nota"), "short words must match");
        assert!(
            !differs_by_one_slip("preco compra", "preco compra"),
            "equal is not a slip"
        );
        assert!(!differs_by_one_slip("prexo comra", "preco compra"), "two slips");
    }
}
