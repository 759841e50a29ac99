//! The closed lists of words of the books, in both directions.

use posars_domain::open_item::ItemKind;
use posars_domain::statement_line::{StatementKind, UnmatchedReason};
use posars_domain::{AccountType, Side, reasons};

use crate::proto::finance::v1 as pb;
use crate::wire::Reader;
use crate::wire::reader::FIELD_INVALID;

/// Pairs the words of a list of the domain with those of an enum on the wire.
macro_rules! word_pairs {
    ($(#[$read_meta:meta])* $read:ident, $(#[$write_meta:meta])* $write:ident, $list:ident, [$($word:ident),+ $(,)?]) => {
        $(#[$read_meta])*
        pub(crate) fn $read(reader: &mut Reader, field: &str, number: i32) -> Option<Option<$list>> {
            match pb::$list::try_from(number) {
                Ok(pb::$list::Unspecified) => Some(None),
                $(Ok(pb::$list::$word) => Some(Some($list::$word)),)+
                Err(_) => {
                    let problem = format!("{number} is none that this server knows; send one of the document's");
                    reader.refuse(field, FIELD_INVALID, problem);
                    None
                }
            }
        }

        $(#[$write_meta])*
        pub(crate) const fn $write(word: $list) -> pb::$list {
            match word {
                $($list::$word => pb::$list::$word),+
            }
        }
    };
}

word_pairs!(
    /// Reads a type of account; `Some(None)` when none is said.
    read_account_type,
    /// Writes a type of account.
    write_account_type,
    AccountType,
    [Asset, Liability, Equity, Revenue, Deduction, Cost, Expense]
);

word_pairs!(
    /// Reads a side; `Some(None)` when none is said.
    read_side,
    /// Writes a side.
    write_side,
    Side,
    [Debit, Credit]
);

word_pairs!(
    /// Reads what something is owed for; `Some(None)` when it is not said.
    read_item_kind,
    /// Writes what something is owed for.
    write_item_kind,
    ItemKind,
    [
        Card,
        Pix,
        Boleto,
        Customer,
        Voucher,
        Check,
        OtherReceivable,
        Supplier,
        Salary,
        Tax,
        Refund,
        OtherPayable
    ]
);

word_pairs!(
    /// Reads whose statement it is; `Some(None)` when it is not said.
    read_statement_kind,
    /// Writes whose statement it is.
    write_statement_kind,
    StatementKind,
    [Acquirer, Bank, Pix]
);

/// Writes why a line of a statement pays nothing.
pub(crate) const fn write_unmatched_reason(reason: UnmatchedReason) -> pb::UnmatchedReason {
    match reason {
        UnmatchedReason::NothingFound => pb::UnmatchedReason::NothingFound,
        UnmatchedReason::Ambiguous => pb::UnmatchedReason::Ambiguous,
        UnmatchedReason::BeyondOpen => pb::UnmatchedReason::BeyondOpen,
        UnmatchedReason::PaidAlready => pb::UnmatchedReason::PaidAlready,
        UnmatchedReason::OtherCurrency => pb::UnmatchedReason::OtherCurrency,
        UnmatchedReason::Reversed => pb::UnmatchedReason::Reversed,
    }
}

/// Takes a word that must be said.
pub(crate) fn said<T>(reader: &mut Reader, field: &str, word: Option<Option<T>>) -> Option<T> {
    let word = word?;
    if word.is_none() {
        let problem = "required, but not said; choose one of the document's";
        reader.refuse(field, reasons::FIELD_REQUIRED, problem);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every word of a list of the domain comes back from the wire, and has the same name there.
    macro_rules! survives {
        ($read:ident, $write:ident, $list:ident, $prefix:literal) => {
            for word in $list::ALL {
                let wire = $write(*word);
                assert_eq!(
                    wire.as_str_name(),
                    format!("{}{}", $prefix, word.as_str().to_uppercase())
                );
                let mut reader = Reader::new();
                let read = $read(&mut reader, "field", wire.into());
                assert_eq!(said(&mut reader, "field", read), Some(*word));
            }
            let mut reader = Reader::new();
            assert_eq!($read(&mut reader, "field", 0), Some(None));
            assert_eq!(said::<$list>(&mut reader, "field", Some(None)), None);
            assert_eq!($read(&mut reader, "field", 99), None);
            assert!(reader.finish(Some(())).is_err());
        };
    }

    #[test]
    fn every_word_comes_back_as_it_was_written() {
        survives!(
            read_account_type,
            write_account_type,
            AccountType,
            "ACCOUNT_TYPE_"
        );
        survives!(read_side, write_side, Side, "SIDE_");
        survives!(read_item_kind, write_item_kind, ItemKind, "ITEM_KIND_");
        survives!(
            read_statement_kind,
            write_statement_kind,
            StatementKind,
            "STATEMENT_KIND_"
        );
        for reason in UnmatchedReason::ALL {
            let wire = write_unmatched_reason(*reason).as_str_name();
            assert_eq!(
                wire,
                format!("UNMATCHED_REASON_{}", reason.as_str().to_uppercase())
            );
        }
    }
}
