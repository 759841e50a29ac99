//! CPF and CNPJ as sheets hold them: checked, zeros put back, never carried further in the clear.

use posars_domain::{Cnpj, Cpf};

use crate::field::Field;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;

/// Checks a customer's document. `was_number` says the cell had dropped leading zeros.
///
/// The value is not returned: events hold no clear CPF, and the encrypted kind comes with its own issue.
pub(crate) fn check_document(text: &str, was_number: bool) -> Result<(), RowFault> {
    let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    if bare.is_empty() {
        return Ok(());
    }
    let length = bare.len();
    let is_cpf = |text: &str| text.parse::<Cpf>().is_ok();
    let is_cnpj = |text: &str| text.parse::<Cnpj>().is_ok();
    let fits = match length {
        11 => is_cpf(&bare) || (was_number && is_cnpj(&format!("{bare:0>14}"))),
        14 => is_cnpj(&bare),
        _ if was_number && length < 11 => is_cpf(&format!("{bare:0>11}")) || is_cnpj(&format!("{bare:0>14}")),
        _ if was_number && length < 14 => is_cnpj(&format!("{bare:0>14}")),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let reason = if length > 11 {
        RowReason::CnpjCheckDigit
    } else {
        RowReason::CpfCheckDigit
    };
    Err(RowFault::of(reason, Field::CustomerDocument, masked(&bare)))
}

/// The middle of the number only, as the law on personal data asks of a log.
fn masked(bare: &str) -> String {
    let middle: String = bare.chars().skip(3).take(6).collect();
    format!("***{middle}**")
}

#[cfg(test)]
mod tests {
    use super::check_document;

    #[test]
    fn zeros_come_back_only_where_the_digits_agree() {
        assert!(check_document("111.444.777-35", false).is_ok());
        assert!(check_document("12.ABC.345/01DE-35", false).is_ok());
        assert!(
            check_document("191", true).is_ok(),
            "CNPJ 00000000000191 as a number"
        );
        assert!(check_document("191", false).is_err(), "text keeps its zeros");
        assert_eq!(
            check_document("11144477736", false).unwrap_err().reason.code(),
            "cpf_check_digit"
        );
        assert_eq!(
            check_document("12ABC34501DE36", false).unwrap_err().reason.code(),
            "cnpj_check_digit"
        );
        let fault = check_document("11144477736", false).unwrap_err();
        assert!(!fault.given.contains("111444"), "{}", fault.given);
    }
}
