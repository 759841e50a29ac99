//! The names of what is in the books.

use posars_domain::{AccountCode, CostCenterId, EntryId, Month, OpenItemId, StatementLineId};

use crate::wire::names::{NameIds, ResourceName};

/// Declares the name of something that is named by one id below its company.
macro_rules! company_names {
    ($($(#[$meta:meta])* $name:ident, $collection:literal, $field:ident: $id:ty;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $name {
            pub(crate) $field: $id,
        }

        impl ResourceName for $name {
            const COLLECTIONS: &'static [&'static str] = &["companies", $collection];

            fn read(ids: &mut NameIds<'_>) -> Option<Self> {
                ids.take().map(|$field| Self { $field })
            }

            fn ids(&self) -> Vec<String> {
                vec![self.$field.to_string()]
            }
        }
    )+};
}

company_names! {
    /// `companies/{company}/accounts/{code}`.
    AccountName, "accounts", code: AccountCode;
    /// `companies/{company}/costCenters/{cost_center}`.
    CostCenterName, "costCenters", cost_center_id: CostCenterId;
    /// `companies/{company}/journalEntries/{entry}`.
    JournalEntryName, "journalEntries", entry_id: EntryId;
    /// `companies/{company}/receivables/{receivable}`.
    ReceivableName, "receivables", item_id: OpenItemId;
    /// `companies/{company}/payables/{payable}`.
    PayableName, "payables", item_id: OpenItemId;
    /// `companies/{company}/statementLines/{line}`.
    StatementLineName, "statementLines", line_id: StatementLineId;
    /// `companies/{company}/periods/{month}`.
    PeriodName, "periods", month: Month;
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use tonic_types::StatusExt as _;

    use super::*;
    use crate::wire::names::SplitName;

    fn survives<N: ResourceName + Debug + PartialEq>(name: &N, written: &str) {
        assert_eq!(name.of(&"acme".parse().unwrap()), written);
        let split = SplitName::of::<N>("name", written).unwrap();
        assert_eq!(split.read::<N>().unwrap(), *name);
    }

    #[test]
    fn every_name_is_read_as_it_was_written() {
        let id = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60";
        let below = |collection: &str| format!("companies/acme/{collection}/{id}");
        let code = "1.1.01.001".parse().unwrap();
        survives(&AccountName { code }, "companies/acme/accounts/1.1.01.001");
        let cost_center_id = "loja_centro".parse().unwrap();
        survives(
            &CostCenterName { cost_center_id },
            "companies/acme/costCenters/loja_centro",
        );
        let entry_id = id.parse().unwrap();
        survives(&JournalEntryName { entry_id }, &below("journalEntries"));
        let item_id = id.parse().unwrap();
        survives(&ReceivableName { item_id }, &below("receivables"));
        survives(&PayableName { item_id }, &below("payables"));
        let line_id = id.parse().unwrap();
        survives(&StatementLineName { line_id }, &below("statementLines"));
        let month = "2026-11".parse().unwrap();
        survives(&PeriodName { month }, "companies/acme/periods/2026-11");
    }

    #[test]
    fn a_month_that_is_none_is_refused_as_one() {
        for wrong in ["2026-13", "2026-1", "0001-01", "9999-12", "1999-12", "2026-11-01"] {
            let name = format!("companies/acme/periods/{wrong}");
            let split = SplitName::of::<PeriodName>("name", &name).unwrap();
            let refused = split.read::<PeriodName>().unwrap_err();
            let details = refused.get_error_details();
            let violations = &details.bad_request().unwrap().field_violations;
            assert_eq!(violations[0].reason, "MONTH_INVALID", "{wrong}");
        }
    }
}
