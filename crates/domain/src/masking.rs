//! Keeps people's numbers out of what an error repeats.

use uuid::Uuid;

use crate::Cpf;

/// Digits of a CPF.
const CPF_DIGITS: usize = 11;
/// Characters of a UUID with its hyphens.
const UUID_CHARS: usize = 36;
/// Stands where a CPF stood.
const MASK: &str = "<CPF>";

/// The text with every CPF masked, also one that was typed into a field for something else. A number counts as one
/// when it has eleven digits, punctuated or not, and its check digits agree. Digits within a UUID are none.
#[must_use]
pub fn mask_cpf(text: &str) -> String {
    let belongs = |character: char| character.is_ascii_digit() || matches!(character, '.' | '-' | '/');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let (before, from_digit) = rest.split_at(start);
        if let Some((uuid, after)) = uuid_around(rest, start) {
            masked.push_str(uuid);
            rest = after;
            continue;
        }
        let end = from_digit.find(|character| !belongs(character));
        let (run, after) = from_digit.split_at(end.unwrap_or(from_digit.len()));
        let number = run.trim_end_matches(['.', '-', '/']);
        masked.push_str(before);
        if is_cpf(number) {
            masked.push_str(MASK);
            masked.push_str(run.get(number.len()..).unwrap_or_default());
        } else {
            masked.push_str(run);
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// The text up to the end of the UUID that a place belongs to, and what follows.
fn uuid_around(text: &str, place: usize) -> Option<(&str, &str)> {
    let belongs = |character: char| character.is_ascii_hexdigit() || character == '-';
    let (before, behind) = text.split_at(place);
    let start = before.trim_end_matches(belongs).len();
    let end = place
        + behind
            .find(|character| !belongs(character))
            .unwrap_or(behind.len());
    let word = text.get(start..end).filter(|word| word.len() == UUID_CHARS)?;
    Uuid::try_parse(word).ok()?;
    Some(text.split_at(end))
}

fn is_cpf(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    digits == CPF_DIGITS && number.parse::<Cpf>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::mask_cpf;

    #[test]
    fn a_cpf_is_masked_wherever_it_stands() {
        for (text, expected) in [
            ("529.982.247-25", "<CPF>"),
            ("52998224725", "<CPF>"),
            ("CPF 529.982.247-25.", "CPF <CPF>."),
            ("a 52998224725 b 111.444.777-35", "a <CPF> b <CPF>"),
        ] {
            assert_eq!(mask_cpf(text), expected, "{text}");
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "",
            "café",
            "1.5",
            "52998224726",
            "0052998224725",
            "35200714200166000187650010000000071000000079",
            "2026-11-22",
            // 11 digits of it would be a CPF.
            "sale 0193a529-9822-4725-a000-00000000000a is not recorded",
            "...",
        ] {
            assert_eq!(mask_cpf(text), text);
        }
    }
}
