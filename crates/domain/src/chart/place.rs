//! Where an account may stand in the tree.

use super::{Account, ChartRejection, ChartState};
use crate::AccountCode;
use crate::books::BooksCircumstance;

/// The most levels of the tree: charts of accounts have five or six, and statements are read level by level.
const LEVELS_MAX: usize = 12;

impl ChartState {
    /// Refuses a heading that the account, as it is to be, cannot stand below.
    pub(super) fn check_place(&self, account: &Account) -> Result<(), ChartRejection> {
        let Some(parent) = &account.parent else {
            return Ok(());
        };
        let Some(heading) = self.known(parent) else {
            return Err(BooksCircumstance::AccountUnknown {
                path: "parent".into(),
                code: parent.clone(),
            }
            .into());
        };
        if heading.is_retired {
            return Err(ChartRejection::AccountRetired {
                path: "parent".into(),
                code: parent.clone(),
            });
        }
        if heading.account.postable {
            return Err(ChartRejection::ParentIsPostable {
                parent: parent.clone(),
            });
        }
        if heading.account.account_type != account.account_type {
            return Err(ChartRejection::ParentOfOtherType {
                parent: parent.clone(),
                parent_type: heading.account.account_type,
                account_type: account.account_type,
            });
        }
        let mut levels = self.levels_below(&account.code);
        for above in self.line_above(parent) {
            if *above == account.code {
                return Err(ChartRejection::Cycle {
                    code: account.code.clone(),
                });
            }
            levels += 1;
        }
        if levels > LEVELS_MAX {
            return Err(ChartRejection::TooDeep {
                levels_max: LEVELS_MAX,
            });
        }
        Ok(())
    }

    /// An account in use that stands below this one.
    pub(super) fn child_of(&self, code: &AccountCode) -> Option<&AccountCode> {
        let known = self.accounts().filter(|known| !known.is_retired);
        let mut below = known.filter(|known| known.account.parent.as_ref() == Some(code));
        below.next().map(|known| &known.account.code)
    }

    /// The account and its headings, upwards.
    fn line_above<'a>(&'a self, code: &'a AccountCode) -> impl Iterator<Item = &'a AccountCode> {
        std::iter::successors(Some(code), |code| self.account(code)?.parent.as_ref())
    }

    /// How many levels the account and what stands below it have.
    fn levels_below(&self, code: &AccountCode) -> usize {
        let depth = |below: &AccountCode| self.line_above(below).position(|above| above == code);
        let depths = self.accounts().filter_map(|known| depth(&known.account.code));
        depths.max().unwrap_or(0) + 1
    }
}
