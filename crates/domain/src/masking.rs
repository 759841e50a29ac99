//! Keeps people's numbers out of what an error repeats.

use uuid::Uuid;

use crate::check_digits;
use crate::plain::plain;

/// How many digits stand together in a CPF that is written with something between them.
const CPF_GROUPS: [&[usize]; 2] = [&[3, 3, 3, 2], &[9, 2]];
/// Characters of a UUID with its hyphens.
const UUID_CHARS: usize = 36;
/// The most characters between two groups of digits, such as a full stop and a blank.
const BETWEEN_MAX: usize = 2;
/// Stands where a CPF stood.
const MASK: &str = "<CPF>";

/// The text with every CPF masked, also one that was typed into a field for something else. A number counts as one
/// when it has eleven digits of any script, punctuated or in the groups of a CPF, and its check digits agree. Digits
/// within a UUID are none.
#[must_use]
pub fn mask_cpf(text: &str) -> String {
    let plain = plain(text);
    let masked = masked(&plain);
    if masked == plain { text.to_owned() } else { masked }
}

/// Stands for the text in errors: what people type may name people.
pub(crate) fn length_of(text: &str) -> String {
    format!("<{} characters>", text.chars().count())
}

/// Whether a plain text has a CPF in it.
pub(crate) fn has_cpf(plain: &str) -> bool {
    masked(plain) != plain
}

fn masked(text: &str) -> String {
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
        masked.push_str(before);
        let end = from_digit.find(|character| !belongs(character));
        let (run, after) = from_digit.split_at(end.unwrap_or(from_digit.len()));
        let number = run.trim_end_matches(['.', '-', '/']);
        if is_cpf(number) {
            masked.push_str(MASK);
            masked.push_str(run.get(number.len()..).unwrap_or_default());
            rest = after;
        } else if let Some(after) = after_grouped_cpf(from_digit) {
            masked.push_str(MASK);
            rest = after;
        } else {
            masked.push_str(run);
            rest = after;
        }
    }
    masked.push_str(rest);
    masked
}

/// What follows a CPF in its groups, such as `529 982 247 25`.
fn after_grouped_cpf(text: &str) -> Option<&str> {
    CPF_GROUPS.iter().find_map(|groups| {
        let (digits, after) = grouped(text, groups)?;
        is_cpf(&digits).then_some(after)
    })
}

/// The digits of a number that a text begins with, in groups of so many with one or two characters between them that are
/// neither digits nor letters; and what follows.
pub(crate) fn grouped<'t>(text: &'t str, groups: &[usize]) -> Option<(String, &'t str)> {
    let is_digit = |character: char| character.is_ascii_digit();
    let mut digits = String::new();
    let mut rest = text;
    for (index, size) in groups.iter().enumerate() {
        if index > 0 {
            let next = rest.find(char::is_alphanumeric)?;
            let (between, after) = rest.split_at(next);
            if between.is_empty() || between.chars().nth(BETWEEN_MAX).is_some() {
                return None;
            }
            rest = after;
        }
        let end = rest.find(|character| !is_digit(character)).unwrap_or(rest.len());
        let (group, after) = rest.split_at(end);
        if group.len() != *size {
            return None;
        }
        digits.push_str(group);
        rest = after;
    }
    Some((digits, rest))
}

/// The text up to the end of the UUID that a place belongs to, and what follows.
fn uuid_around(text: &str, place: usize) -> Option<(&str, &str)> {
    let belongs = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let (before, behind) = text.split_at(place);
    // Never further than a UUID is long: this is asked for every number of a text, and one may have millions.
    let far = UUID_CHARS + 1;
    let start = place - before.bytes().rev().take(far).take_while(belongs).count();
    let end = place + behind.bytes().take(far).take_while(belongs).count();
    let word = text.get(start..end).filter(|word| word.len() == UUID_CHARS)?;
    Uuid::try_parse(word).ok()?;
    Some(text.split_at(end))
}

fn is_cpf(number: &str) -> bool {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    check_digits::is_cpf(&digits)
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
            ("529 982 247 25", "<CPF>"),
            ("Ana, CPF 529 982 247 25, ok", "Ana, CPF <CPF>, ok"),
            ("529_982_247_25 x", "<CPF> x"),
            ("529.982.247\u{2013}25", "<CPF>"),
            ("529,982,247-25", "<CPF>"),
            ("529. 982. 247 - 25", "529. 982. 247 - 25"),
            ("529. 982. 247 -25", "<CPF>"),
            ("529982247 25", "<CPF>"),
            ("529\u{200b}982\u{200b}247\u{200b}25", "<CPF>"),
            ("avó: ５２９.９８２.２４７-２５", "avó: <CPF>"),
            ("٥٢٩٩٨٢٢٤٧٢٥ ५२९९८२२४७२५", "<CPF> <CPF>"),
        ] {
            assert_eq!(mask_cpf(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_of_many_numbers_takes_no_longer_than_its_length() {
        // Were each number to read the rest of its word, this would take hours.
        for text in ["1a".repeat(500_000), "1-a".repeat(500_000)] {
            assert_eq!(mask_cpf(&text), text);
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
            "529 982 247 26",
            "529 982 247 250",
            "529 982 2 47 25",
            "2026-11-22 12:30:45.123",
            "½ kg ², １２ un",
            // 11 digits of it would be a CPF.
            "sale 0193a529-9822-4725-a000-00000000000a is not recorded",
            "...",
        ] {
            assert_eq!(mask_cpf(text), text);
        }
    }
}
