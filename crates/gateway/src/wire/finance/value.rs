//! Per cents and the keys of statements, in both directions.

use posars_domain::Quantity;
use posars_domain::open_item::MatchKeys;

use crate::proto::finance::v1 as pb;
use crate::proto::google::r#type as google;
use crate::wire::Reader;
use crate::wire::value::given;

/// Millionths in a whole.
const PPM: u32 = 1_000_000;
/// Reason of a per cent that is none.
const PERCENT_INVALID: &str = "PERCENT_INVALID";

/// Reads a per cent of at most 100, with at most 4 decimals, as millionths of the whole; none when absent.
pub(crate) fn read_percent_ppm(
    reader: &mut Reader,
    field: &str,
    percent: Option<google::Decimal>,
) -> Option<u32> {
    let Some(percent) = percent else { return Some(0) };
    // A quantity has 4 decimals too: in its smallest unit, one per cent is 10,000 millionths.
    let ppm = percent.value.parse::<Quantity>().ok();
    let ppm = ppm.and_then(|percent| u32::try_from(percent.ten_thousandths()).ok());
    let ppm = ppm.filter(|ppm| *ppm <= PPM);
    if ppm.is_none() {
        let problem = format!(
            "\"{}\" is no per cent of 0 to 100 with at most 4 decimals, as 2.99",
            percent.value
        );
        reader.refuse(field, PERCENT_INVALID, problem);
    }
    ppm
}

/// Writes millionths of a whole as a per cent.
pub(crate) fn write_percent_ppm(ppm: u32) -> google::Decimal {
    google::Decimal {
        value: Quantity::from_ten_thousandths(i64::from(ppm)).to_string(),
    }
}

/// Reads what statements know something owed by.
pub(crate) fn read_match_keys(
    reader: &mut Reader,
    field: &str,
    keys: Option<pb::MatchKeys>,
) -> Option<MatchKeys> {
    let Some(keys) = keys else {
        return Some(MatchKeys::default());
    };
    let acquirer_cnpj = reader.inside(field, |reader| {
        reader.optional("acquirer_cnpj", &keys.acquirer_cnpj)
    });
    Some(MatchKeys {
        acquirer_cnpj: acquirer_cnpj?,
        nsu: given(keys.nsu),
        authorization: given(keys.authorization),
        pix_e2e_id: given(keys.pix_e2e_id),
        boleto_number: given(keys.boleto_number),
    })
}

/// Writes what statements know something owed by; absent when they know it by nothing.
pub(crate) fn write_match_keys(keys: &MatchKeys) -> Option<pb::MatchKeys> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    (!keys.is_empty()).then(|| pb::MatchKeys {
        acquirer_cnpj: keys
            .acquirer_cnpj
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        nsu: text(&keys.nsu),
        authorization: text(&keys.authorization),
        pix_e2e_id: text(&keys.pix_e2e_id),
        boleto_number: text(&keys.boleto_number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_exact_to_a_millionth() {
        let read = |text: &str| {
            let percent = google::Decimal { value: text.into() };
            read_percent_ppm(&mut Reader::new(), "fee_percent", Some(percent))
        };
        for (text, ppm) in [
            ("2.99", 29_900),
            ("0.0001", 1),
            ("100", 1_000_000),
            ("0", 0),
            ("1.5000", 15_000),
        ] {
            assert_eq!(read(text), Some(ppm), "{text}");
            let written = write_percent_ppm(ppm).value;
            assert_eq!(read(&written), Some(ppm), "{written}");
        }
        assert_eq!(write_percent_ppm(29_900).value, "2.99");
        for wrong in ["-1", "100.0001", "2.99999", "x", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read_percent_ppm(&mut Reader::new(), "fee_percent", None), Some(0));
    }

    #[test]
    fn keys_come_back_as_they_were_written() {
        let keys = MatchKeys {
            acquirer_cnpj: Some("12ABC34501DE35".parse().unwrap()),
            nsu: Some("123".into()),
            pix_e2e_id: Some("E123".into()),
            ..MatchKeys::default()
        };
        let read = read_match_keys(&mut Reader::new(), "match_keys", write_match_keys(&keys));
        assert_eq!(read, Some(keys));
        assert_eq!(write_match_keys(&MatchKeys::default()), None);
        assert_eq!(
            read_match_keys(&mut Reader::new(), "match_keys", None),
            Some(MatchKeys::default())
        );
    }
}
