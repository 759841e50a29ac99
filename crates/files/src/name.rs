//! Names of files: made by code, of parts that mean the same in a folder, in a bucket and in a link.

use std::fmt;
use std::str::FromStr;

/// Longest part of a name.
const PART_BYTES_MAX: usize = 100;
/// Most parts of a name, its last one included.
const PARTS_MAX: usize = 8;

/// Why a text is no name of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no name of a file: it has 1 to 8 parts of a-z, 0-9, _, =, . and -, that begin with a letter or a \
     digit, and ends in .xlsx, .csv or .json"
)]
pub struct InvalidFileName {
    given: String,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileType {
    /// An Excel workbook.
    Xlsx,
    /// Text, one row a line.
    Csv,
    /// A JSON value.
    Json,
}

impl FileType {
    const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Json];

    /// The ending of the name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// A place that files stand in, such as `reports/company=main/month=2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderName(String);

impl FolderName {
    /// The place of these parts, outermost first; of none, it is that of all files.
    ///
    /// # Errors
    /// [`InvalidFileName`] when a part is not 1 to 100 of `a-z 0-9 _ = . -` that begin with a letter or a digit, or
    /// there are more than 7.
    pub fn new<S: AsRef<str>>(parts: &[S]) -> Result<Self, InvalidFileName> {
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        let text = parts.join("/");
        if parts.len() < PARTS_MAX && parts.iter().all(|part| is_part(part)) {
            Ok(Self(text))
        } else {
            Err(InvalidFileName { given: text })
        }
    }

    /// A file in it.
    ///
    /// # Errors
    /// [`InvalidFileName`] as for a part.
    pub fn file(&self, stem: &str, file_type: FileType) -> Result<FileName, InvalidFileName> {
        let slash = if self.0.is_empty() { "" } else { "/" };
        format!("{}{slash}{stem}.{}", self.0, file_type.extension()).parse()
    }

    /// The text, without a slash at its end; empty for the place of all files.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a file, such as `reports/company=main/month=2026-11/close=42/trial-balance.xlsx`.
///
/// ```
/// use posars_files::{FileName, FileType, FolderName};
///
/// let month = FolderName::new(&["reports", "month=2026-11"])?;
/// let name = month.file("daily-sales", FileType::Csv)?;
/// assert_eq!(name.to_string(), "reports/month=2026-11/daily-sales.csv");
/// assert!("reports/../../etc/passwd.csv".parse::<FileName>().is_err());
/// # Ok::<(), posars_files::InvalidFileName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    text: String,
    file_type: FileType,
}

impl FileName {
    /// What it is.
    #[must_use]
    pub const fn file_type(&self) -> FileType {
        self.file_type
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its last part: what a program that downloads it calls it.
    #[must_use]
    pub fn last_part(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or(&self.text)
    }
}

impl FromStr for FileName {
    type Err = InvalidFileName;

    fn from_str(text: &str) -> Result<Self, InvalidFileName> {
        let invalid = || InvalidFileName {
            given: text.chars().take(PART_BYTES_MAX).collect(),
        };
        let named = |file_type: &FileType| {
            let stem = text.strip_suffix(file_type.extension())?.strip_suffix('.')?;
            // The stem alone must be a part too: `.csv` names nothing.
            (!stem.is_empty() && !stem.ends_with('/')).then_some(*file_type)
        };
        let file_type = FileType::ALL.iter().find_map(named).ok_or_else(invalid)?;
        if text.split('/').count() > PARTS_MAX || !text.split('/').all(is_part) {
            return Err(invalid());
        }
        Ok(Self {
            text: text.to_owned(),
            file_type,
        })
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_part(part: &str) -> bool {
    let of_a_part = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'=' | b'.' | b'-')
    };
    part.len() <= PART_BYTES_MAX
        && part.bytes().all(of_a_part)
        && part
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_leave_the_store_is_no_name() {
        for text in [
            "",
            ".csv",
            "a/.csv",
            "/etc/a.csv",
            "../a.csv",
            "a/../b.csv",
            "a//b.csv",
            "a/.hidden.csv",
            "a\\b.csv",
            "a%2fb.csv",
            "a b.csv",
            "A.csv",
            "ção.csv",
            "a.exe",
            "a.csv/",
            "a\0.csv",
            "a/b/c/d/e/f/g/h/i.csv",
            "-a.csv",
        ] {
            assert!(text.parse::<FileName>().is_err(), "{text:?}");
        }
        let long = format!("{}.csv", "a".repeat(PART_BYTES_MAX));
        assert!(long.parse::<FileName>().is_err());
        assert!(FolderName::new(&["a", "..", "b"]).is_err());
        assert!(FolderName::new(&["a/b"]).is_err());
    }

    #[test]
    fn a_name_says_what_it_is() {
        let folder = FolderName::new(&["reports", "company=a.b_c"]).unwrap();
        let name = folder.file("trial-balance", FileType::Xlsx).unwrap();
        assert_eq!(name.as_str(), "reports/company=a.b_c/trial-balance.xlsx");
        assert_eq!(name.last_part(), "trial-balance.xlsx");
        assert_eq!(name.file_type(), FileType::Xlsx);
        let all = FolderName::new::<&str>(&[]).unwrap();
        assert_eq!(all.file("a", FileType::Json).unwrap().as_str(), "a.json");
    }
}
