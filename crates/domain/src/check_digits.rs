//! The two check digits of CPF and CNPJ, and whether a number agrees with them.

use crate::invisible::is_invisible;

/// Characters of a CNPJ before its check digits.
const CNPJ_ROOT_CHARS: usize = 12;
/// Digits of a CPF before its check digits.
const CPF_ROOT_CHARS: usize = 9;

/// Those of a CNPJ's first 12 characters; `None` unless they are 12 of `0-9 A-Z`.
pub(crate) fn of_cnpj(root: &str) -> Option<[u8; 2]> {
    let is_root = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    if root.len() != CNPJ_ROOT_CHARS || !root.as_bytes().iter().all(is_root) {
        return None;
    }
    Some(two_check_digits(root, 9))
}

/// Those of a CPF's first 9 digits; `None` unless they are 9 digits.
pub(crate) fn of_cpf(root: &str) -> Option<[u8; 2]> {
    if root.len() != CPF_ROOT_CHARS || !root.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(two_check_digits(root, 11))
}

/// Whether the text, without punctuation, is a CNPJ.
pub(crate) fn is_cnpj(bare: &str) -> bool {
    agrees(bare, CNPJ_ROOT_CHARS, of_cnpj)
}

/// Whether the text, without punctuation, is a CPF.
pub(crate) fn is_cpf(bare: &str) -> bool {
    agrees(bare, CPF_ROOT_CHARS, of_cpf)
}

/// Upper-cases and drops the dots, slashes, hyphens and spaces that people type, and what nobody sees, such as the marks
/// that a telephone puts around a number that is copied from it.
pub(crate) fn without_punctuation(text: &str) -> String {
    let punctuation =
        |character: &char| matches!(character, '.' | '/' | '-' | ' ' | '\u{a0}') || is_invisible(*character);
    text.chars()
        .filter(|character| !punctuation(character))
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

/// Whether the text is a root of the given length with the right two digits behind it.
fn agrees(bare: &str, root_chars: usize, digits: fn(&str) -> Option<[u8; 2]>) -> bool {
    let (Some(root), Some(tail)) = (bare.get(..root_chars), bare.get(root_chars..)) else {
        return false;
    };
    // Repdigits such as 00000000000 agree with their check digits, but are never issued.
    let first = bare.chars().next();
    let repeats = bare.chars().all(|character| Some(character) == first);
    let right = digits(root).is_some_and(|[one, two]| tail == format!("{one}{two}"));
    right && !repeats
}

/// Computes both from characters of `0-9 A-Z`; weights run 2, 3, … from the right, back to 2 after `weight_max`.
fn two_check_digits(root: &str, weight_max: u32) -> [u8; 2] {
    let mut values = root
        .bytes()
        .map(|byte| u32::from(byte - b'0'))
        .collect::<Vec<_>>();
    [(); 2].map(|()| {
        let weights = (2..=weight_max).cycle();
        let sum = values
            .iter()
            .rev()
            .zip(weights)
            .map(|(value, weight)| value * weight)
            .sum::<u32>();
        let digit = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        values.push(digit);
        u8::try_from(digit).unwrap_or(0)
    })
}
