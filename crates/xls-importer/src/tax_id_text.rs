//! CPF and CNPJ as sheets hold them: checked, zeros put back.

use posars_domain::{Cnpj, Cpf, TaxId};

use crate::field::Field;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;

/// Digits of a CPF and characters of a CNPJ.
const LENGTHS: [usize; 2] = [11, 14];

/// Reads a customer's document; none where the cell says nothing. `was_number` says the cell had dropped leading zeros.
pub(crate) fn read_document(text: &str, was_number: bool) -> Result<Option<TaxId>, RowFault> {
    let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    // Tills that must print a number where the customer gave none print zeros.
    if bare.bytes().all(|byte| byte == b'0') {
        return Ok(None);
    }
    let length = bare.len();
    let cpf = |text: &str| text.parse::<Cpf>().ok().map(TaxId::Cpf);
    let cnpj = |text: &str| text.parse::<Cnpj>().ok().map(TaxId::Cnpj);
    let padded_cnpj = || cnpj(&format!("{bare:0>14}"));
    let read = match length {
        11 => cpf(&bare).or_else(|| was_number.then(padded_cnpj).flatten()),
        14 => cnpj(&bare),
        _ if was_number && length < 11 => cpf(&format!("{bare:0>11}")).or_else(padded_cnpj),
        _ if was_number && length < 14 => padded_cnpj(),
        _ => None,
    };
    if read.is_some() {
        return Ok(read);
    }
    let reason = if length > 11 {
        RowReason::CnpjCheckDigit
    } else {
        RowReason::CpfCheckDigit
    };
    Err(RowFault::of(reason, Field::CustomerDocument, masked(&bare)))
}

/// The middle of the number only, as the law on personal data asks of a log; of what has another length nothing, for it may
/// be a name.
fn masked(bare: &str) -> String {
    if !LENGTHS.contains(&bare.len()) || bare.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return format!("<{}>", bare.len());
    }
    let middle: String = bare.chars().skip(3).take(6).collect();
    format!("***{middle}**")
}

#[cfg(test)]
mod tests {
    use super::read_document;

    fn read(text: &str, was_number: bool) -> Option<String> {
        let read = read_document(text, was_number).unwrap();
        read.map(|tax_id| tax_id.to_string())
    }

    #[test]
    fn zeros_come_back_only_where_the_digits_agree() {
        assert_eq!(read("111.444.777-35", false).as_deref(), Some("11144477735"));
        assert_eq!(
            read("12.ABC.345/01DE-35", false).as_deref(),
            Some("12ABC34501DE35")
        );
        assert_eq!(
            read("191", true).as_deref(),
            Some("00000000191"),
            "which is a CPF too, and a person's is likelier at a till"
        );
        assert_eq!(read("11222333000181", true).as_deref(), Some("11222333000181"));
        assert!(read_document("191", false).is_err(), "text keeps its zeros");
        assert_eq!(
            read_document("11144477736", false).unwrap_err().reason.code(),
            "cpf_check_digit"
        );
        assert_eq!(
            read_document("12ABC34501DE36", false).unwrap_err().reason.code(),
            "cnpj_check_digit"
        );
    }

    #[test]
    fn zeros_alone_and_signs_are_nobody() {
        for text in ["", "-", "000.000.000-00", "00.000.000/0000-00", "0", "---"] {
            assert_eq!(read(text, false), None, "{text}");
        }
        assert_eq!(read("0", true), None);
    }

    #[test]
    fn what_is_refused_is_masked() {
        for (text, given) in [
            ("11144477736", "***444777**"),
            ("Zuleica Quintanilha", "<18>"),
            ("Maria Pereira", "<12>"),
            ("Ana Carolina", "<11>"),
            ("1114447773", "<10>"),
        ] {
            assert_eq!(read_document(text, false).unwrap_err().given, given, "{text}");
        }
    }
}
