//! What the place of a dropped file says: the company that it is for, and the folder of its results.

use posars_domain::{CompanyId, InvalidValue};
use posars_files::{FolderName, InvalidFileName};
use sha2::{Digest as _, Sha256};

/// How the first folder begins that says for which company the files in it are.
const COMPANY: &str = "company=";
/// The folder that drops stand in, in a bucket that holds other things as well.
const DROPS: &str = "intake/";
/// Characters of the file's name that its results show.
const SHOWN_CHARS_MAX: usize = 40;

/// For which company a dropped file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CompanyOfPlace {
    /// Its place does not say.
    Unsaid,
    /// For this one.
    Said(CompanyId),
    /// For none that could be one.
    Wrong(InvalidValue),
}

/// Reads the company off a path with `/` between its parts: `company=ID` as its outermost folder, below `intake` where that
/// is there. Only the outermost: whoever may write to a folder may make others below it.
pub(crate) fn company_of(path: &str) -> CompanyOfPlace {
    let path = path.strip_prefix(DROPS).unwrap_or(path);
    let first = path.split_once('/').map(|(first, _)| first);
    match first.and_then(|first| first.strip_prefix(COMPANY)) {
        None => CompanyOfPlace::Unsaid,
        Some(company) => match company.parse() {
            Ok(company) => CompanyOfPlace::Said(company),
            Err(error) => CompanyOfPlace::Wrong(error),
        },
    }
}

/// The folder of the results of one version of a dropped file, imported for one company in one manner: the harmless part of
/// its name, for people, and a digest of all of these, which makes it the only one.
///
/// # Errors
/// None; the parts are made to be valid.
pub(crate) fn results_folder(
    place: &str,
    version: &str,
    company: &CompanyId,
    manner: &str,
) -> Result<FolderName, InvalidFileName> {
    // A length before each text: no two lists of them are written alike.
    let parts = [place, version, company.as_str(), manner];
    let parts = parts.map(|part| format!("{}:{part}", part.len()));
    let digest = Sha256::digest(parts.concat());
    let digest: String = digest[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let name = place.rsplit('/').next().unwrap_or(place);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut shown = String::new();
    for character in stem.chars().map(|character| character.to_ascii_lowercase()) {
        if character.is_ascii_alphanumeric() {
            shown.push(character);
        } else if !shown.is_empty() && !shown.ends_with('-') {
            shown.push('-');
        }
        if shown.len() >= SHOWN_CHARS_MAX {
            break;
        }
    }
    let shown = shown.trim_end_matches('-');
    let dash = if shown.is_empty() { "" } else { "-" };
    FolderName::new(&[format!("{shown}{dash}{digest}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outermost_folder_names_the_company() {
        let said = |path: &str| match company_of(path) {
            CompanyOfPlace::Said(company) => Some(company.as_str().to_owned()),
            CompanyOfPlace::Unsaid => None,
            CompanyOfPlace::Wrong(error) => Some(error.to_string()),
        };
        assert_eq!(
            said("intake/company=filial/loja centro/v.xlsx").as_deref(),
            Some("filial")
        );
        assert_eq!(said("company=filial/v.xlsx").as_deref(), Some("filial"));
        assert_eq!(said("intake/loja/company=outra/v.xlsx"), None);
        assert_eq!(said("company=filial.xlsx"), None, "a file is no folder");
        assert_eq!(said("intake/v.xlsx"), None);
        assert!(matches!(
            company_of("company=Não/v.xlsx"),
            CompanyOfPlace::Wrong(_)
        ));
        assert!(matches!(company_of("company=/v.xlsx"), CompanyOfPlace::Wrong(_)));
    }

    #[test]
    fn results_have_a_folder_of_their_own() {
        let named = |place: &str, version: &str, company: &str, manner: &str| {
            let company = company.parse().unwrap();
            results_folder(place, version, &company, manner)
                .unwrap()
                .to_string()
        };
        let of = |place: &str, version: &str| named(place, version, "main", "");
        assert_ne!(of("a.xlsx", "1"), named("a.xlsx", "1", "filial", ""));
        assert_ne!(of("a.xlsx", "1"), named("a.xlsx", "1", "main", "sheet 2"));
        let one = of("s3://drops/intake/loja centro/Vendas+11 (São Paulo).xlsx", "v1");
        assert!(one.starts_with("vendas-11-s-o-paulo-"), "{one}");
        assert_eq!(
            one,
            of("s3://drops/intake/loja centro/Vendas+11 (São Paulo).xlsx", "v1")
        );
        let others = [
            of("s3://drops/intake/loja centro/Vendas+11 (São Paulo).xlsx", "v2"),
            of("s3://drops/intake/loja norte/Vendas+11 (São Paulo).xlsx", "v1"),
            of("s3://drops/intake/loja centro/Vendas+11 (São Paulo).xlsx1", "v"),
        ];
        assert!(others.iter().all(|other| *other != one), "{others:?}");
        for strange in ["", "/", "..", "....xlsx", "ação", &"x".repeat(900), "a/b\0\n"] {
            let name = of(strange, "");
            assert!(name.len() <= 70, "{strange:?}: {name}");
        }
    }
}
