//! Which language a person reads.

/// Characters of an `accept-language` header that are looked at. Browsers send fewer than 100.
const HEADER_BYTES_MAX: usize = 1024;
/// Languages of a header that are looked at.
const RANGES_MAX: usize = 32;
/// Weight of a language without `q`, in thousandths.
const WEIGHT_MAX: u16 = 1000;

/// A language that posars speaks: in errors, in the outcome of an import, in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English; over the wire also for everyone who asks for nothing that posars speaks.
    En,
    /// Brazilian Portuguese, also for those who ask for another Portuguese.
    PtBr,
}

impl Language {
    /// The language's tag, for `Content-Language` and `google.rpc.LocalizedMessage.locale`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::PtBr => "pt-BR",
        }
    }

    /// The language that an `accept-language` header prefers (RFC 9110, 12.5.4): the one with the highest weight, the
    /// first of equals. What cannot be read is passed over; nobody is refused for a header that a browser made.
    #[must_use]
    pub fn preferred(accept_language: &str) -> Self {
        let Some(header) = accept_language.get(..accept_language.len().min(HEADER_BYTES_MAX)) else {
            return Self::En;
        };
        let mut best = (0, Self::En);
        for range in header.split(',').take(RANGES_MAX) {
            if let Some((language, weight)) = read_range(range)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The one of two that is of this language.
    pub fn pick<T>(self, portuguese: T, english: T) -> T {
        match self {
            Self::En => english,
            Self::PtBr => portuguese,
        }
    }
}

/// Reads one range such as `pt-BR;q=0.8` into the language it stands for and its weight in thousandths.
fn read_range(range: &str) -> Option<(Language, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next()?;
    let weight = match parts.next() {
        None => WEIGHT_MAX,
        Some(parameter) => read_weight(parameter)?,
    };
    let primary = tag.split('-').next()?;
    let language = match primary.to_ascii_lowercase().as_str() {
        "pt" => Language::PtBr,
        // `*` is any language, so the one that is best looked after.
        "en" | "*" => Language::En,
        _ => return None,
    };
    Some((language, weight))
}

/// Reads `q=0.8` as 800; at most three decimals, 0 to 1.
fn read_weight(parameter: &str) -> Option<u16> {
    let (name, number) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, decimals) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let is_short = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| is_short)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(WEIGHT_MAX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins() {
        let cases = [
            ("", "en"),
            ("en", "en"),
            ("pt", "pt-BR"),
            ("pt-BR", "pt-BR"),
            ("PT-br", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", "pt-BR"),
            ("en-US,en;q=0.9,pt-BR;q=0.8", "en"),
            ("en;q=0.2, pt;q=0.9", "pt-BR"),
            ("en;q=0.5,pt;q=0.5", "en"),
            ("pt;q=0.5,en;q=0.5", "pt-BR"),
            ("pt;q=0", "en"),
            ("pt;q=0.001,en;q=0", "pt-BR"),
            ("fr, de;q=0.9", "en"),
            ("fr, pt;q=0.1", "pt-BR"),
            ("*", "en"),
            ("pt ; q = 0.4 , *;q=0.5", "en"),
            ("pt;q=1.000", "pt-BR"),
        ];
        for (header, expected) in cases {
            assert_eq!(Language::preferred(header).tag(), expected, "{header}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        for header in [
            "pt;q=2",
            "pt;q=1.001",
            "pt;q=0.1234",
            "pt;q=-1",
            "pt;q=",
            "pt;q",
            "pt;x=1",
            ";;;",
            ",,,",
            "ptx",
            "q=1",
        ] {
            assert_eq!(Language::preferred(header), Language::En, "{header}");
        }
        assert_eq!(Language::preferred("pt;q=9, pt;q=0.3"), Language::PtBr);
        let long = format!("{}pt", "x,".repeat(4000));
        assert_eq!(Language::preferred(&long), Language::En, "bounded");
        assert_eq!(Language::preferred(&"é".repeat(4000)), Language::En);
    }
}
