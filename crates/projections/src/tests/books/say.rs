//! Short ways to say what happens in the books.

use posars_domain::books::{
    BooksBegun, PeriodCloseBegun, PeriodClosed, PeriodLocked, PeriodReopened, TrialBalanceRow,
};
use posars_domain::chart::{Account, ChartDefined, CostCenter, RoleAccount};
use posars_domain::journal::{EntryLine, EntrySource, JournalEntryPosted, JournalEntryReversed};
use posars_domain::open_item::{
    Credited, Increased, Installment, InstallmentPart, ItemKind, ItemOrigin, ItemRef, ItemSide, MatchKeys,
    Payable, Receivable, Registered, Rescheduled, Settled, SettlementReversed, WrittenOff,
};
use posars_domain::{AccountType, Amount, Currency, EntryId, Month, OpenItemId, SettlementId};
use serde::Serialize;

use crate::tests::world::{Said, id};

pub(super) fn brl() -> Currency {
    "BRL".parse().unwrap()
}

pub(super) fn minor(amount: i64) -> Amount {
    Amount::from_minor(amount)
}

fn said(stream: String, event_type: &'static str, payload: &impl Serialize) -> Said {
    (stream, event_type, serde_json::to_string(payload).unwrap())
}

/// A line: account, role or empty, debit above zero or credit below.
pub(super) fn line(account: &str, role: &str, amount: i64) -> EntryLine {
    EntryLine {
        account: account.parse().unwrap(),
        role: (!role.is_empty()).then(|| role.parse().unwrap()),
        debit: minor(amount.max(0)),
        credit: minor(-amount.min(0)),
        store_id: None,
        cost_center: None,
        party: None,
        document: None,
        due_date: None,
    }
}

/// A line of a store.
pub(super) fn line_in(store: &str, account: &str, role: &str, amount: i64) -> EntryLine {
    EntryLine {
        store_id: Some(store.parse().unwrap()),
        ..line(account, role, amount)
    }
}

pub(super) fn posted(number: u32, day: &str, lines: Vec<EntryLine>) -> JournalEntryPosted {
    JournalEntryPosted {
        entry_id: EntryId::new(id(number)),
        accounting_date: day.parse().unwrap(),
        business_date: day.parse().unwrap(),
        late_for: None,
        currency: brl(),
        memo: String::new(),
        source: Some(EntrySource {
            event_type: "SaleRecorded".to_owned(),
            position: 7,
            event_id: id(number + 500_000),
        }),
        lines,
    }
}

pub(super) fn entry(posted: &JournalEntryPosted) -> Said {
    said(format!("entry-{}", posted.entry_id), "JournalEntryPosted", posted)
}

/// An entry of two lines of accounts that nobody controls.
pub(super) fn simple(number: u32, day: &str, debit: &str, credit: &str, amount: i64) -> Said {
    entry(&posted(
        number,
        day,
        vec![line(debit, "", amount), line(credit, "", -amount)],
    ))
}

pub(super) fn undone(of: &JournalEntryPosted, by: u32, day: &str) -> Said {
    let mirrored = of.lines.iter().cloned().map(|line| EntryLine {
        debit: line.credit,
        credit: line.debit,
        ..line
    });
    let reversed = JournalEntryReversed {
        entry_id: of.entry_id,
        reversal_id: EntryId::new(id(by)),
        accounting_date: day.parse().unwrap(),
        business_date: day.parse().unwrap(),
        late_for: None,
        currency: brl(),
        reason: "lançado em dobro".to_owned(),
        lines: mirrored.collect(),
    };
    said(
        format!("entry-{}", of.entry_id),
        "JournalEntryReversed",
        &reversed,
    )
}

fn account(code: &str, name: &str, account_type: AccountType, postable: bool) -> Account {
    let parent = code.rsplit_once('.').map(|(parent, _)| parent.parse().unwrap());
    Account {
        code: code.parse().unwrap(),
        name: name.to_owned(),
        account_type,
        nature: account_type.nature(),
        parent,
        postable,
        liquid: code.starts_with("1.1"),
    }
}

/// A chart of a few accounts: two of money, goods, cards, suppliers, revenue, returns, cost and expenses.
pub(super) fn chart() -> Said {
    use AccountType::{Asset, Cost, Deduction, Expense, Liability, Revenue};
    let chart = ChartDefined {
        accounts: vec![
            account("1", "Ativo", Asset, false),
            account("1.1", "Disponível", Asset, false),
            account("1.1.1", "Caixa", Asset, true),
            account("1.1.2", "Banco", Asset, true),
            account("1.2", "Cartões a receber", Asset, true),
            account("1.3", "Mercadorias", Asset, true),
            account("2", "Passivo", Liability, false),
            account("2.1", "Fornecedores", Liability, true),
            account("3", "Receita bruta", Revenue, false),
            account("3.1", "Venda de mercadorias", Revenue, true),
            account("4", "Devoluções", Deduction, true),
            account("5", "CMV", Cost, true),
            account("6", "Despesas", Expense, false),
            account("6.1", "Tarifas de cartão", Expense, true),
            account("6.2", "Aluguel", Expense, true),
        ],
        cost_centers: vec![CostCenter {
            cost_center_id: "loja".parse().unwrap(),
            name: "Loja".to_owned(),
        }],
        roles: vec![RoleAccount {
            role: "card_receivable".parse().unwrap(),
            store_id: None,
            code: "1.2".parse().unwrap(),
        }],
    };
    said("chart-main".to_owned(), "ChartDefined", &chart)
}

pub(super) fn chart_event(event_type: &'static str, json: &str) -> Said {
    ("chart-main".to_owned(), event_type, json.to_owned())
}

/// Something owed as it is registered: of cards when others owe it, of a supplier when the company does.
pub(super) fn owed<S: ItemSide>(number: u32, day: &str, parts: &[(&str, i64, i64)]) -> Registered<S> {
    let is_card = S::CATEGORY == Receivable::CATEGORY;
    let installments = (1..).zip(parts).map(|(number, (due, amount, fee))| Installment {
        number,
        due_date: due.parse().unwrap(),
        amount: minor(*amount),
        expected_fee: minor(*fee),
    });
    Registered {
        item: ItemRef {
            item_id: OpenItemId::new(id(number)),
            kind: if is_card {
                ItemKind::Card
            } else {
                ItemKind::Supplier
            },
            account: if is_card { "1.2" } else { "2.1" }.parse().unwrap(),
            store_id: Some("centro".parse().unwrap()),
            party: None,
            currency: brl(),
        },
        business_date: day.parse().unwrap(),
        amount: minor(parts.iter().map(|(_, amount, _)| amount).sum()),
        installments: installments.collect(),
        origin: ItemOrigin::Hand {
            counter: "3.1".parse().unwrap(),
            cost_center: None,
        },
        party_name: None,
        document: None,
        keys: MatchKeys::default(),
        memo: None,
        side: std::marker::PhantomData,
    }
}

pub(super) fn about<S: ItemSide>(owed: &Registered<S>, what: &str, payload: &impl Serialize) -> Said {
    let types = [
        "ReceivableRegistered",
        "ReceivableIncreased",
        "ReceivableSettled",
        "ReceivableSettlementReversed",
        "ReceivableCredited",
        "ReceivableCancelled",
        "ReceivableWrittenOff",
        "ReceivableRescheduled",
        "PayableRegistered",
        "PayableIncreased",
        "PayableSettled",
        "PayableSettlementReversed",
        "PayableCredited",
        "PayableCancelled",
        "PayableWrittenOff",
        "PayableRescheduled",
    ];
    let side = if S::CATEGORY == Payable::CATEGORY {
        "Payable"
    } else {
        "Receivable"
    };
    let name = format!("{side}{what}");
    let event_type = types.into_iter().find(|known| *known == name).unwrap();
    said(
        format!("{}-{}", S::CATEGORY, owed.item.item_id),
        event_type,
        payload,
    )
}

pub(super) fn registered<S: ItemSide>(owed: &Registered<S>) -> Said {
    about(owed, "Registered", owed)
}

pub(super) fn settled<S: ItemSide>(
    owed: &Registered<S>,
    number: u32,
    day: &str,
    installment: u16,
    amount: i64,
    fee: i64,
) -> Said {
    let settled = Settled::<S> {
        item: owed.item.clone(),
        settlement_id: SettlementId::new(id(number)),
        installment,
        business_date: day.parse().unwrap(),
        amount: minor(amount),
        fee: minor(fee),
        discount: minor(0),
        interest: minor(0),
        money_account: "1.1.2".parse().unwrap(),
        bank_reference: Some(format!("ref {number}")),
        statement_line: None,
        side: std::marker::PhantomData,
    };
    about(owed, "Settled", &settled)
}

pub(super) fn settlement_reversed<S: ItemSide>(
    owed: &Registered<S>,
    number: u32,
    day: &str,
    installment: u16,
    amount: i64,
    fee: i64,
) -> Said {
    let reversed = SettlementReversed::<S> {
        item: owed.item.clone(),
        settlement_id: SettlementId::new(id(number)),
        installment,
        business_date: day.parse().unwrap(),
        amount: minor(amount),
        fee: minor(fee),
        discount: minor(0),
        interest: minor(0),
        money_account: "1.1.2".parse().unwrap(),
        reason: "estorno".to_owned(),
        side: std::marker::PhantomData,
    };
    about(owed, "SettlementReversed", &reversed)
}

fn parts_of(parts: &[(u16, i64)]) -> (Amount, Vec<InstallmentPart>) {
    let part = |(number, amount): &(u16, i64)| InstallmentPart {
        number: *number,
        amount: minor(*amount),
    };
    let sum = parts.iter().map(|(_, amount)| amount).sum();
    (minor(sum), parts.iter().map(part).collect())
}

pub(super) fn credited<S: ItemSide>(
    owed: &Registered<S>,
    number: u32,
    day: &str,
    parts: &[(u16, i64)],
) -> Said {
    let (amount, parts) = parts_of(parts);
    let credited = Credited::<S> {
        item: owed.item.clone(),
        credit_id: SettlementId::new(id(number)),
        business_date: day.parse().unwrap(),
        amount,
        parts,
        position: None,
        reason: "nota de crédito".to_owned(),
        side: std::marker::PhantomData,
    };
    about(owed, "Credited", &credited)
}

pub(super) fn written_off<S: ItemSide>(
    owed: &Registered<S>,
    number: u32,
    day: &str,
    parts: &[(u16, i64)],
) -> Said {
    let (amount, parts) = parts_of(parts);
    let written_off = WrittenOff::<S> {
        item: owed.item.clone(),
        write_off_id: SettlementId::new(id(number)),
        business_date: day.parse().unwrap(),
        amount,
        parts,
        reason: "prescrito".to_owned(),
        side: std::marker::PhantomData,
    };
    about(owed, "WrittenOff", &written_off)
}

pub(super) fn increased<S: ItemSide>(owed: &Registered<S>, day: &str, parts: &[(u16, i64)]) -> Said {
    let (amount, parts) = parts_of(parts);
    let increased = Increased::<S> {
        item: owed.item.clone(),
        business_date: day.parse().unwrap(),
        amount,
        parts,
        position: 5,
        side: std::marker::PhantomData,
    };
    about(owed, "Increased", &increased)
}

/// What was open of some instalments falls due on other days, under these numbers.
pub(super) fn rescheduled<S: ItemSide>(
    owed: &Registered<S>,
    day: &str,
    ended: &[(u16, i64)],
    new: &[(u16, &str, i64)],
) -> Said {
    let installment = |(number, due, amount): &(u16, &str, i64)| Installment {
        number: *number,
        due_date: due.parse().unwrap(),
        amount: minor(*amount),
        expected_fee: minor(0),
    };
    let rescheduled = Rescheduled::<S> {
        item: owed.item.clone(),
        business_date: day.parse().unwrap(),
        ended: parts_of(ended).1,
        installments: new.iter().map(installment).collect(),
        reason: "acordo".to_owned(),
        side: std::marker::PhantomData,
    };
    about(owed, "Rescheduled", &rescheduled)
}

pub(super) fn begun() -> Said {
    let begun = BooksBegun {
        currency: brl(),
        begins_on: None,
        up_to_position: 0,
        opening: Vec::new(),
    };
    said("books-main".to_owned(), "BooksBegun", &begun)
}

pub(super) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(super) fn close_begun(of: &str) -> Said {
    said(
        "books-main".to_owned(),
        "PeriodCloseBegun",
        &PeriodCloseBegun { month: month(of) },
    )
}

pub(super) fn closed(of: &str, trial_balance: Vec<TrialBalanceRow>) -> Said {
    let closed = PeriodClosed {
        month: month(of),
        currency: brl(),
        up_to_position: 3,
        trial_balance,
        sha256: "ab".repeat(32),
    };
    said("books-main".to_owned(), "PeriodClosed", &closed)
}

pub(super) fn reopened(of: &str, reason: &str) -> Said {
    let reopened = PeriodReopened {
        month: month(of),
        reason: reason.to_owned(),
    };
    said("books-main".to_owned(), "PeriodReopened", &reopened)
}

pub(super) fn locked(of: &str) -> Said {
    said(
        "books-main".to_owned(),
        "PeriodLocked",
        &PeriodLocked { month: month(of) },
    )
}
