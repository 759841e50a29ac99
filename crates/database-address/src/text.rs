//! An address as it is written: a URL or pairs of key and value. What is ours is taken out, the driver reads the rest.

use crate::AddressError;

/// The keys that are read here: the driver does not know two of them, nor all the words of the third.
const OURS: [&str; 3] = ["sslmode", "sslrootcert", "passfile"];

/// A text, parted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parted {
    /// What the driver reads.
    pub(crate) rest: String,
    ours: [Option<String>; OURS.len()],
}

impl Parted {
    /// Takes the keys of ours out. Of a key that is there twice the last one counts, as for the driver.
    pub(crate) fn of(text: &str) -> Result<Self, AddressError> {
        let is_url = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        if is_url { Ok(of_url(text)) } else { of_pairs(text) }
    }

    /// What a key of ours says.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        let place = OURS.iter().position(|ours| *ours == key)?;
        self.ours.get(place)?.as_deref().filter(|value| !value.is_empty())
    }

    /// Whether it was a key of ours.
    fn take(&mut self, key: &str, value: String) -> bool {
        let Some(place) = OURS.iter().position(|ours| *ours == key) else {
            return false;
        };
        if let Some(slot) = self.ours.get_mut(place) {
            *slot = Some(value);
        }
        true
    }
}

fn of_url(text: &str) -> Parted {
    // A password may hold a question mark: the driver looks for it behind the name and the password, too.
    let credentials_end = text.find('@').unwrap_or(0);
    let question = text
        .get(credentials_end..)
        .and_then(|rest| rest.find('?'))
        .map(|at| credentials_end + at);
    let Some((before, query)) = question.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) else {
        return Parted {
            rest: text.to_owned(),
            ..Parted::default()
        };
    };
    let mut parted = Parted::default();
    let mut others = Vec::new();
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !parted.take(&decoded(key), decoded(value)) {
            others.push(pair);
        }
    }
    parted.rest = before.to_owned();
    if !others.is_empty() {
        parted.rest.push('?');
        parted.rest.push_str(&others.join("&"));
    }
    parted
}

/// Percent signs read; what they do not make a text of stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let byte = code
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// `key = value`, parted by blanks; a value may stand in quotes, and a backslash takes the next character as it is.
fn of_pairs(text: &str) -> Result<Parted, AddressError> {
    let mut parted = Parted::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let key_end = rest
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(rest.len());
        let (key, after) = rest.split_at(key_end);
        let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
            // No word of it is told: it may be a part of a password.
            return Err(AddressError::Unreadable(
                "it is neither a URL nor pairs of key=value".to_owned(),
            ));
        };
        let (length, plain) = value_at(value)?;
        let (whole, next) = value.split_at(length);
        if !parted.take(key, plain) {
            parted.rest.push_str(key);
            parted.rest.push('=');
            parted.rest.push_str(whole);
            parted.rest.push(' ');
        }
        rest = next.trim_start();
    }
    Ok(parted)
}

/// How many bytes the value takes at the beginning of a text, and what it says.
fn value_at(text: &str) -> Result<(usize, String), AddressError> {
    let is_quoted = text.starts_with('\'');
    let mut plain = String::new();
    let mut characters = text.char_indices().skip(usize::from(is_quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if is_quoted => return Ok((at + 1, plain)),
            '\\' => plain.extend(characters.next().map(|(_, next)| next)),
            blank if blank.is_whitespace() && !is_quoted => return Ok((at, plain)),
            other => plain.push(other),
        }
    }
    if is_quoted {
        return Err(AddressError::Unreadable("a quote is not closed in it".to_owned()));
    }
    Ok((text.len(), plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str) -> (String, Vec<Option<String>>) {
        let parted = Parted::of(text).unwrap();
        let ours = OURS.map(|key| parted.value(key).map(str::to_owned));
        (parted.rest.trim_end().to_owned(), ours.to_vec())
    }

    #[test]
    fn what_is_ours_is_taken_out_of_urls_and_pairs_alike() {
        let all = vec![
            Some("verify-ca".to_owned()),
            Some("/a b/ca.pem".to_owned()),
            Some("/run/it's".to_owned()),
        ];
        for (text, rest) in [
            (
                "postgres://ana:p%3F@db/shop?sslmode=verify-ca&application_name=x&sslrootcert=/a%20b/ca.pem&passfile=%2Frun%2Fit's",
                "postgres://ana:p%3F@db/shop?application_name=x",
            ),
            (
                "postgresql://db?sslmode=disable&sslmode=verify-ca&sslrootcert=/a%20b/ca.pem&passfile=/run/it's",
                "postgresql://db",
            ),
            (
                r"host=db sslmode = verify-ca sslrootcert='/a b/ca.pem' passfile=/run/it\'s  password='a \' b' user=ana",
                r"host=db password='a \' b' user=ana",
            ),
        ] {
            assert_eq!(parted(text), (rest.to_owned(), all.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_not_ours_stays_byte_for_byte() {
        for text in [
            "postgres://ana:a?sslmode=b@db/shop",
            "postgres://%2Frun%2Fposars/shop",
            "postgres://ana@[::1]:5433/shop?options=-c%20x%3Dy",
            r"host=/run/posars dbname='my shop' password=a\ b",
            "",
        ] {
            assert_eq!(parted(text), (text.to_owned(), vec![None, None, None]), "{text}");
        }
    }

    #[test]
    fn an_empty_value_is_none_at_all() {
        assert_eq!(
            parted("postgres://db?sslmode=&passfile"),
            ("postgres://db".to_owned(), vec![None, None, None])
        );
    }

    #[test]
    fn a_broken_text_is_refused_without_a_word_of_it() {
        for text in ["host=db password='hunter2", "host=db hunter2", "hunter2"] {
            let problem = Parted::of(text).unwrap_err().to_string();
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
