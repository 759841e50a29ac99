//! Tax numbers in fields that are not for them.
//!
//! What an event holds stays for ever, so a person's number must not get into one in the clear. What is refused depends on
//! who fills in the field:
//!
//! | Field | Refused |
//! | --- | --- |
//! | customer, register, company and store ids | an id that is nothing but a number, however punctuated; a CPF anywhere but in a UUID or longer hexadecimal number |
//! | names, sellers, reasons, notes | a number anywhere |
//! | suppliers | a CPF anywhere; a CNPJ says who delivered, and is no secret |
//! | descriptions on a receipt | a number in its own punctuation, or beside the word CPF or CNPJ |
//! | SKUs, receipt and document numbers, NSUs, PIX ids and other codes of machines | a number in its own punctuation |
//!
//! One of a hundred random numbers of eleven digits passes as a CPF. A machine cannot choose another code for its sale,
//! so bare digits in codes of machines are left alone, and a description with a telephone number too. People can write
//! another word.

use crate::check_digits::without_punctuation;
use crate::masking::{grouped, has_cpf, length_of};
use crate::plain::plain;
use crate::{InvalidValue, Path, check_digits};

const REASON: &str = "TAX_ID_MISPLACED";
/// Fewest digits of a text with a tax number in it: a CNPJ may have letters before its two check digits.
const DIGITS_MIN: usize = 2;
const CPF_CHARS: usize = 11;
const CNPJ_CHARS: usize = 14;
/// How many digits stand together in a CNPJ that is written with something between them.
const CNPJ_GROUPS: [usize; 5] = [2, 3, 3, 4, 2];
/// Hexadecimal digits of a UUID.
const RANDOM_DIGITS_MIN: usize = 32;
/// What may stand between the parts of a number.
const PUNCTUATION: [char; 3] = ['.', '-', '/'];

/// Which numbers a field does not take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A person's.
    Cpf,
    /// A person's and a company's.
    Both,
}

/// Whether a text is nothing but a CPF or CNPJ, however punctuated.
#[must_use]
pub fn is_tax_id(text: &str) -> bool {
    is_number(&plain(text), Refused::Both)
}

/// Refuses an id that is nothing but a tax number.
pub(crate) fn not_an_id(field: impl Into<Path>, id: &str, refused: Refused) -> Result<(), InvalidValue> {
    let may_be_one = id.chars().filter(char::is_ascii_digit).count() >= DIGITS_MIN || !id.is_ascii();
    if !may_be_one {
        return Ok(());
    }
    let plain = plain(id);
    if is_number(&plain, refused) || has_cpf(&without_random_parts(&plain)) {
        let rule = "a tax number is no id: it would stay in the log in the clear for ever; make an id of another kind";
        return Err(refusal(field, id, rule));
    }
    Ok(())
}

/// Refuses a text of people with a tax number in it.
pub(crate) fn not_in_words(field: impl Into<Path>, text: &str, refused: Refused) -> Result<(), InvalidValue> {
    if may_hold_one(text) {
        let text = plain(text);
        let has_cnpj = || refused == Refused::Both && has_cnpj(&text);
        if is_number(text.trim(), refused) || has_cpf(&text) || has_cnpj() {
            return Err(in_text(field, &text));
        }
    }
    Ok(())
}

/// As [`not_in_words`], of optional texts.
pub(crate) fn not_in_any_words(
    field: impl Into<Path>,
    text: Option<&String>,
    refused: Refused,
) -> Result<(), InvalidValue> {
    text.map_or(Ok(()), |text| not_in_words(field, text, refused))
}

/// Refuses a text of a machine that has a tax number in it beyond doubt.
pub(crate) fn not_in_description(field: impl Into<Path>, text: &str) -> Result<(), InvalidValue> {
    if !may_hold_one(text) {
        return Ok(());
    }
    let text = plain(text);
    let lower = text.to_ascii_lowercase();
    let is_named = ["cpf", "cnpj"].iter().any(|kind| lower.contains(kind));
    let is_one = |run: &str| is_written(run) || (is_named && is_number(run, Refused::Both));
    if runs(&text).any(is_one) || (is_named && has_cpf(&text)) {
        return Err(in_text(field, &text));
    }
    Ok(())
}

/// Refuses a code of a machine with a tax number in it that is written as nobody writes anything else.
pub(crate) fn not_in_code(field: impl Into<Path>, code: &str) -> Result<(), InvalidValue> {
    // Nearly every code has none of the full stops.
    if code.is_ascii() && !code.contains('.') {
        return Ok(());
    }
    let code = plain(code);
    if runs(&code).any(is_written) {
        return Err(in_text(field, &code));
    }
    Ok(())
}

/// The text without its UUIDs and long hexadecimal numbers: of many random ones some have eleven digits in a row that pass
/// as a CPF, and a machine cannot choose another for a customer that it has already.
fn without_random_parts(id: &str) -> String {
    let is_random_char = |character: char| character.is_ascii_hexdigit() || character == '-';
    let mut rest = id;
    let mut kept = String::with_capacity(id.len());
    while let Some(start) = rest.find(is_random_char) {
        let (before, run_on) = rest.split_at(start);
        let end = run_on
            .find(|character| !is_random_char(character))
            .unwrap_or(run_on.len());
        let (run, after) = run_on.split_at(end);
        kept.push_str(before);
        kept.push_str(if is_random(run) { " " } else { run });
        rest = after;
    }
    kept + rest
}

/// Whether a run of hexadecimal digits and hyphens is as long as a UUID, with letters that no tax number has.
fn is_random(run: &str) -> bool {
    let digits = run.chars().filter(char::is_ascii_hexdigit).count();
    digits >= RANDOM_DIGITS_MIN && run.contains(|character: char| character.is_ascii_alphabetic())
}

fn in_text(field: impl Into<Path>, text: &str) -> InvalidValue {
    let rule = "the text has a CPF or CNPJ in it, which would stay in the log in the clear for ever; take it out, or put \
                it into a field for tax numbers";
    refusal(field, text, rule)
}

/// The number itself stays out of errors and logs.
fn refusal(field: impl Into<Path>, text: &str, rule: &'static str) -> InvalidValue {
    InvalidValue::new(REASON, length_of(text), rule).at(field)
}

/// Nearly every text has fewer digits than a tax number, which takes no look at its parts to see.
fn may_hold_one(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() >= DIGITS_MIN || !text.is_ascii()
}

/// The longest parts that can be one number with its punctuation.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let belongs = |character: char| character.is_ascii_alphanumeric() || PUNCTUATION.contains(&character);
    text.split(move |character| !belongs(character))
        .map(|run| run.trim_matches(PUNCTUATION))
}

/// Whether a whole text is a number, with its kind before it or not. Digits may have anything between them; with letters
/// only the usual punctuation counts, because names of things have letters, digits and hyphens too.
fn is_number(text: &str, refused: Refused) -> bool {
    let number = |kind: &str| {
        let is_named = text
            .get(..kind.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(kind));
        let number = if is_named {
            text.get(kind.len()..)
        } else {
            Some(text)
        };
        number
            .unwrap_or_default()
            .trim_matches(|character: char| !character.is_ascii_alphanumeric())
    };
    let (cpf, cnpj) = (number("CPF"), number("CNPJ"));
    is_cpf(&bare(cpf))
        || (refused == Refused::Both && (is_cnpj(cnpj) || is_written_cnpj(cnpj) || is_old_cnpj(&bare(cnpj))))
}

fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Of digits only, as all were until July 2026.
fn is_old_cnpj(bare: &str) -> bool {
    bare.bytes().all(|byte| byte.is_ascii_digit()) && is_cnpj(bare)
}

fn is_cpf(bare: &str) -> bool {
    bare.len() == CPF_CHARS && check_digits::is_cpf(bare)
}

/// A word with a number behind it, such as `CAIXACENTRO001`, is no CNPJ, though one of a hundred would pass as one.
fn is_cnpj(bare: &str) -> bool {
    let word = bare.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let is_word_and_number = word.len() < bare.len() && word.bytes().all(|byte| byte.is_ascii_digit());
    bare.len() == CNPJ_CHARS && !is_word_and_number && check_digits::is_cnpj(&without_punctuation(bare))
}

fn has_cnpj(text: &str) -> bool {
    let is_one = |run: &str| is_written_cnpj(run) || is_cnpj(run);
    let is_grouped_at = |(place, _): (usize, &str)| {
        let number = text.get(place..).and_then(|text| grouped(text, &CNPJ_GROUPS));
        number.is_some_and(|(digits, _)| is_cnpj(&digits))
    };
    let mut digits = text.match_indices(|character: char| character.is_ascii_digit());
    runs(text).any(is_one) || digits.any(is_grouped_at)
}

/// A number in its own punctuation.
fn is_written(run: &str) -> bool {
    is_written_cpf(run) || is_written_cnpj(run)
}

/// `529.982.247-25`.
fn is_written_cpf(run: &str) -> bool {
    has_marks_of(run, "000.000.000-00") && check_digits::is_cpf(&without_punctuation(run))
}

/// `12.ABC.345/01DE-35`.
fn is_written_cnpj(run: &str) -> bool {
    has_marks_of(run, "00.000.000/0000-00") && check_digits::is_cnpj(&without_punctuation(run))
}

/// Whether a text has its punctuation where the pattern has it.
fn has_marks_of(text: &str, pattern: &str) -> bool {
    let is_mark = |character: char| PUNCTUATION.contains(&character);
    text.len() == pattern.len()
        && text
            .chars()
            .zip(pattern.chars())
            .all(|(one, other)| one == other || (!is_mark(one) && !is_mark(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPFS: [&str; 9] = [
        "52998224725",
        "529.982.247-25",
        "529 982 247 25",
        "cpf:529.982.247-25",
        "CPF52998224725",
        "５２９９８２２４７２５",
        "٥٢٩٩٨٢٢٤٧٢٥",
        "529_982_247_25",
        "529.982.247–25",
    ];
    const CNPJS: [&str; 6] = [
        "11222333000181",
        "11.222.333/0001-81",
        "CNPJ 11.222.333/0001-81",
        "12ABC34501DE35",
        "12abc34501de35",
        "12.ABC.345/01DE-35",
    ];
    /// None of them is a tax number.
    const OTHERS: [&str; 10] = [
        "0052998224725",
        "52998224726",
        "00000000000",
        "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60",
        "CAIXA-01",
        "ana",
        "",
        "7891000100103",
        "35200714200166000187650010000000071000000079",
        "(11) 98765-4321",
    ];

    #[test]
    fn an_id_is_no_tax_number() {
        for id in CPFS {
            assert!(not_an_id("id", id, Refused::Cpf).is_err(), "{id}");
        }
        for id in CNPJS {
            assert!(not_an_id("id", id, Refused::Both).is_err(), "{id}");
            assert!(not_an_id("id", id, Refused::Cpf).is_ok(), "{id}");
        }
        for id in OTHERS {
            assert!(not_an_id("id", id, Refused::Both).is_ok(), "{id}");
        }
    }

    #[test]
    fn an_id_has_no_persons_number_in_it() {
        for id in [
            "cliente-52998224725",
            "52998224725-x",
            "c529.982.247-25",
            "loja_529_982_247_25",
        ] {
            assert!(not_an_id("id", id, Refused::Cpf).is_err(), "{id}");
        }
    }

    #[test]
    fn a_random_id_passes_whatever_its_digits() {
        for id in [
            "0192d3b4-7c1e-7a55-9f00-52998224725f",
            "cliente-a52998224725-d3b4-7c1e-7a55-9f001b2c3d4e5f60",
            "cus_a52998224725e5f6081884c7d659a2feaa",
        ] {
            assert!(not_an_id("id", id, Refused::Cpf).is_ok(), "{id}");
        }
        assert!(
            not_an_id(
                "id",
                "0192d3b4-7c1e-7a55-9f00-52998224725f_52998224725",
                Refused::Cpf
            )
            .is_err()
        );
    }

    #[test]
    fn a_code_has_none_as_people_write_it() {
        for code in [
            "529.982.247-25",
            "NSU 529.982.247-25",
            "11.222.333/0001-81",
            "５２９.９８２.２４７-２５",
        ] {
            assert!(not_in_code("code", code).is_err(), "{code}");
        }
        for code in OTHERS
            .iter()
            .chain(&["52998224725", "11222333000181", "1.2.3-4", "529.982.247-26"])
        {
            assert!(not_in_code("code", code).is_ok(), "{code}");
        }
    }

    #[test]
    fn words_have_no_tax_number_in_them() {
        for number in CPFS.iter().chain(&CNPJS) {
            for text in [(*number).to_owned(), format!("  {number}. ")] {
                let refused = not_in_words("reason", &text, Refused::Both).unwrap_err();
                assert!(!refused.to_string().contains("982"), "{refused}");
            }
        }
        for text in [
            "Ana (529.982.247-25)",
            "Ana 52998224725",
            "devolvido a 11.222.333/0001-81, sem nota",
            "cliente 529 982 247 25 pediu",
            "Ana, CPF ५२९ ९८२ २४७ २५",
            "da 11 222 333 0001 81",
        ] {
            assert!(not_in_words("reason", text, Refused::Both).is_err(), "{text}");
        }
        assert!(not_in_words("supplier", "11.222.333/0001-81", Refused::Cpf).is_ok());
        for text in OTHERS {
            assert!(not_in_words("reason", text, Refused::Both).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_description_has_none_beyond_doubt() {
        for text in [
            "Taxa 529.982.247-25",
            "cpf 52998224725",
            "Taxa CPF 529 982 247 25",
            "11.222.333/0001-81",
            "CNPJ: 12ABC34501DE35",
        ] {
            assert!(not_in_description("description", text).is_err(), "{text}");
        }
        // A telephone to be topped up, and codes of goods.
        for text in OTHERS
            .iter()
            .chain(&["Recarga 11919191918", "52998224725", "REFRIGERANTE12"])
        {
            assert!(not_in_description("description", text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_word_and_a_number_are_no_cnpj() {
        // Every word with three digits behind it, of which some have right check digits.
        let passing = (0..1_000).filter(|number| check_digits::is_cnpj(&format!("CAIXACENTRO{number:03}")));
        assert!(passing.count() > 0);
        for number in 0..1_000 {
            assert!(not_an_id("register_no", &format!("CAIXACENTRO{number:03}"), Refused::Both).is_ok());
        }
    }
}
