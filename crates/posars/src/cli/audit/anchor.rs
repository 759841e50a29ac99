//! A head of the chain as it is written and read.

use posars_event_store::{Anchor, Hash, Position};

/// A head as it is printed, `POSITION:HASH`.
///
/// # Errors
/// How it is written.
pub(crate) fn parse_anchor(text: &str) -> Result<Anchor, String> {
    let form = "it is POSITION:HASH, as `posars audit verify` prints it";
    let (position, hash) = text.split_once(':').ok_or(form)?;
    let position = position
        .parse()
        .map_err(|_| format!("the position is no number; {form}"))?;
    let hash: Hash =
        bytes_of(hash).ok_or_else(|| format!("the hash is not 64 hexadecimal digits; {form}"))?;
    Ok(Anchor {
        position: Position::new(position),
        hash,
    })
}

fn bytes_of(hexadecimal: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    // `from_str_radix` would take a sign, too.
    let is_hexadecimal = hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal.len() != 2 * bytes.len() || !is_hexadecimal {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hexadecimal.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Bytes as two hexadecimal digits each.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_as_it_is_printed() {
        let hash = [0xab; 32];
        let anchor = parse_anchor(&format!("12:{}", hexadecimal(&hash))).unwrap();
        assert_eq!((anchor.position, anchor.hash), (Position::new(12), hash));
        for wrong in ["12", "x:00", "12:zz", &format!("12:{}", "+f".repeat(32))] {
            assert!(parse_anchor(wrong).is_err(), "{wrong}");
        }
    }
}
