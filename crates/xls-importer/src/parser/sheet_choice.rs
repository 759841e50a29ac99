//! Which sheet to read: the one named, or the first visible one that has anything in it.

use calamine::{Sheet, SheetType, SheetVisible};

use super::ParseStop;
use crate::refusal::FileRefusal;

/// The sheets of a workbook, sorted by what may be done with them.
pub(super) struct SheetChoice {
    /// To be tried in this order.
    pub(super) candidates: Vec<String>,
    /// All visible work sheets.
    pub(super) visible: Vec<String>,
    /// Hidden work sheets; read only when named.
    hidden: Vec<String>,
}

impl SheetChoice {
    /// The sheet to read when all are empty.
    pub(super) fn first_candidate(&self) -> Result<String, ParseStop> {
        let none = FileRefusal::Corrupt {
            part: "workbook".to_owned(),
            detail: "it has no visible sheet of cells".to_owned(),
        };
        self.candidates.first().cloned().ok_or_else(|| none.into())
    }

    /// Visible sheets besides the chosen one.
    pub(super) fn others(&self, chosen: &str) -> Vec<String> {
        let others = self.visible.iter().filter(|name| *name != chosen);
        others.cloned().collect()
    }

    /// Hidden sheets besides the chosen one, which is one of them when it was asked for by name.
    pub(super) fn hidden_others(&self, chosen: &str) -> Vec<String> {
        let others = self.hidden.iter().filter(|name| *name != chosen);
        others.cloned().collect()
    }
}

/// Sorts the sheets and finds the one asked for.
pub(super) fn choose(sheets: &[Sheet], wanted: Option<&str>) -> Result<SheetChoice, ParseStop> {
    let named = |visible: bool| -> Vec<String> {
        sheets
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .filter(|sheet| (sheet.visible == SheetVisible::Visible) == visible)
            .map(|sheet| sheet.name.clone())
            .collect()
    };
    let (visible, hidden) = (named(true), named(false));
    let candidates = match wanted {
        None => visible.clone(),
        Some(wanted) => {
            let all = || visible.iter().chain(&hidden);
            let found = all()
                .find(|name| *name == wanted)
                .or_else(|| all().find(|name| name.to_lowercase() == wanted.to_lowercase()));
            match found {
                Some(name) => vec![name.clone()],
                None => {
                    let sheets = all().cloned().collect();
                    return Err(FileRefusal::NoSuchSheet {
                        name: wanted.to_owned(),
                        sheets,
                    }
                    .into());
                }
            }
        }
    };
    Ok(SheetChoice {
        candidates,
        visible,
        hidden,
    })
}
