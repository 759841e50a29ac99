//! The rules of the chart of accounts.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use crate::fixtures::{given, nowhere, v};
use posars_domain::chart::{
    ACCOUNTS_MAX, Account, AccountDefined, AccountRoleAssigned, AssignAccountRole, COST_CENTERS_MAX,
    ChangeAccount, ChangeCostCenter, Chart, ChartDefined, ChartEvent, ChartState, CostCenter,
    CostCenterDefined, DefineAccount, DefineCostCenter, ROLES_MAX, RetireAccount, RetireCostCenter,
    RoleAccount,
};
use posars_domain::open_item::ItemKind;
use posars_domain::product::Edit;
use posars_domain::{AccountRole, AccountType, Aggregate as _, Command, Side, StoreId};
use proptest::prelude::*;

fn founded() -> ChartState {
    Chart::fold(&[ChartDefined::brazilian_retail().into()])
}

fn account_of<'a>(chart: &'a ChartState, role: &AccountRole) -> &'a str {
    chart.account_of(role, None).unwrap().as_str()
}

#[test]
fn the_chart_of_a_retailer_is_a_tree_of_headings_and_accounts() {
    let chart = ChartDefined::brazilian_retail();
    let mut seen = BTreeSet::new();
    for account in &chart.accounts {
        assert!(seen.insert(account.code.clone()), "{} twice", account.code);
        assert!(!account.liquid || account.account_type == AccountType::Asset);
        let Some(parent) = &account.parent else { continue };
        let parent = chart.accounts.iter().find(|other| other.code == *parent).unwrap();
        assert!(
            seen.contains(&parent.code),
            "{} comes before its heading",
            account.code
        );
        assert!(!parent.postable, "{} stands below a heading", account.code);
        assert_eq!(parent.account_type, account.account_type, "{}", account.code);
    }
    let postable = chart.accounts.iter().filter(|account| account.postable).count();
    let headings: Vec<_> = chart
        .accounts
        .iter()
        .filter(|account| !account.postable)
        .collect();
    assert_eq!((postable, headings.len()), (52, 23));
    for heading in headings {
        let below = |account: &Account| account.parent.as_ref() == Some(&heading.code);
        assert!(chart.accounts.iter().any(below), "nothing below {}", heading.code);
    }
    let contra = chart
        .accounts
        .iter()
        .filter(|account| account.nature != account.account_type.nature());
    let contra: Vec<_> = contra.map(|account| account.code.as_str()).collect();
    assert_eq!(contra, ["1.1.02.900", "1.2.01.900", "3.90", "6.90"]);
}

#[test]
fn every_role_that_posting_knows_has_an_account_of_its_own_that_may_be_posted_to() {
    let chart = founded();
    let mut held = BTreeSet::new();
    for role in AccountRole::KNOWN {
        let code = chart
            .account_of(&role, None)
            .unwrap_or_else(|| panic!("{role} has no account"));
        assert!(chart.is_postable(code), "{role}");
        assert!(held.insert(code), "{role} shares {code}");
        assert_eq!(chart.is_controlled(code), role.is_controlled(), "{role}");
        assert_eq!(chart.roles_of(code), [&role]);
    }
    for kind in ItemKind::ALL {
        assert!(chart.account_of(&kind.role(), None).is_some(), "{kind}");
    }
    let code = chart.account_of(&AccountRole::CASH, None).unwrap();
    assert!(chart.account(code).unwrap().liquid);
    // What was paid with points is in the sales report, so it is no deduction from revenue.
    let loyalty = chart.account_of(&AccountRole::LOYALTY_COST, None).unwrap();
    assert_eq!(chart.account(loyalty).unwrap().account_type, AccountType::Expense);
}

#[test]
fn a_role_has_the_account_of_the_store_before_that_of_all() {
    let assigned = |role: AccountRole, store: Option<&str>, code: &str| {
        ChartEvent::AccountRoleAssigned(AccountRoleAssigned {
            assigned: RoleAccount {
                role,
                store_id: store.map(v),
                code: v(code),
            },
        })
    };
    let history = [
        ChartDefined::brazilian_retail().into(),
        assigned(AccountRole::CASH, Some("norte"), "1.1.01.003"),
        assigned(v("vending"), Some("norte"), "1.1.01.002"),
    ];
    let chart = Chart::fold(&history);
    let [norte, centro]: [StoreId; 2] = [v("norte"), v("centro")];
    let cash = |store| chart.account_of(&AccountRole::CASH, store).unwrap().as_str();
    assert_eq!(cash(Some(&norte)), "1.1.01.003");
    assert_eq!(cash(Some(&centro)), "1.1.01.001");
    assert_eq!(cash(None), "1.1.01.001");
    assert!(chart.account_of(&v("vending"), Some(&centro)).is_none());
    assert_eq!(account_of(&chart, &AccountRole::BANK), "1.1.01.002");
    assert_eq!(
        chart.roles_of(&v("1.1.01.002")),
        [&AccountRole::BANK, &v("vending")]
    );
    assert!(!chart.is_postable(&v("1.1.01")), "a heading");
    assert!(!chart.is_postable(&v("9.9")), "not there");
}

/// What happens next, by what has happened.
type Told<'a> = &'a dyn Fn(&[ChartEvent]) -> ChartEvent;

/// What has happened to a chart, the default before it.
fn history(commands: &[Told<'_>]) -> Vec<ChartEvent> {
    let mut history = vec![ChartDefined::brazilian_retail().into()];
    for command in commands {
        let event = command(&history);
        history.push(event);
    }
    history
}

fn happens(history: &[ChartEvent], command: impl Command<Of = Chart>) -> ChartEvent {
    given::<Chart>(history).when(command, &nowhere()).event()
}

fn refused(history: &[ChartEvent], command: impl Command<Of = Chart>, reason: &str, field: Option<&str>) {
    given::<Chart>(history)
        .when(command, &nowhere())
        .rejected(reason, field);
}

fn unchanged(history: &[ChartEvent], command: impl Command<Of = Chart>) {
    given::<Chart>(history).when(command, &nowhere()).nothing();
}

fn define(code: &str, parent: Option<&str>) -> DefineAccount {
    DefineAccount {
        code: v(code),
        name: " Conta nova ".to_owned(),
        account_type: AccountType::Asset,
        nature: None,
        parent: parent.map(v),
        postable: true,
        liquid: false,
    }
}

fn heading(code: &str, parent: Option<&str>) -> DefineAccount {
    DefineAccount {
        postable: false,
        ..define(code, parent)
    }
}

fn move_to(code: &str, parent: Edit<&str>) -> ChangeAccount {
    ChangeAccount {
        code: v(code),
        name: None,
        parent: match parent {
            Edit::Keep => Edit::Keep,
            Edit::Clear => Edit::Clear,
            Edit::Set(parent) => Edit::Set(v(parent)),
        },
        liquid: None,
        account_type: None,
        nature: None,
        postable: None,
    }
}

fn retire(code: &str) -> RetireAccount {
    RetireAccount { code: v(code) }
}

fn assign(role: &str, store: Option<&str>, code: &str) -> AssignAccountRole {
    AssignAccountRole {
        role: v(role),
        store_id: store.map(v),
        code: v(code),
    }
}

#[test]
fn an_account_is_defined_once_and_the_same_again_changes_nothing() {
    let founded = history(&[]);
    let event = happens(&founded, define("1.1.01.010", Some("1.1.01")));
    let ChartEvent::AccountDefined(AccountDefined { account }) = &event else {
        panic!("{event:?}")
    };
    assert_eq!(
        (account.name.as_str(), account.nature),
        ("Conta nova", Side::Debit)
    );
    let history = [founded, vec![event]].concat();
    unchanged(&history, define("1.1.01.010", Some("1.1.01")));
    unchanged(
        &history,
        DefineAccount {
            nature: Some(Side::Debit),
            ..define("1.1.01.010", Some("1.1.01"))
        },
    );
    let contra = DefineAccount {
        nature: Some(Side::Credit),
        ..define("1.1.01.010", Some("1.1.01"))
    };
    refused(&history, contra.clone(), "ACCOUNT_EXISTS", Some("code"));
    let contra = DefineAccount {
        code: v("1.1.01.011"),
        ..contra
    };
    let ChartEvent::AccountDefined(event) = happens(&history, contra) else {
        panic!("another event")
    };
    assert_eq!(event.account.nature, Side::Credit);
}

#[test]
fn books_not_begun() {
    let none = "BOOKS_NOT_BEGUN";
    refused(&[], define("1.1", None), none, None);
    refused(&[], move_to("1.1", Edit::Clear), none, None);
    refused(&[], retire("1.1"), none, None);
    refused(&[], assign("cash", None, "1.1"), none, None);
    let cost_center_id = v("centro");
    let name = "Centro".to_owned();
    refused(&[], DefineCostCenter { cost_center_id, name }, none, None);
}

#[test]
fn what_an_account_is_called_has_bounds() {
    let founded = history(&[]);
    let named = |name: &str| DefineAccount {
        name: name.to_owned(),
        ..define("1.1.01.010", None)
    };
    refused(&founded, named(" "), "FIELD_REQUIRED", Some("name"));
    refused(&founded, named(&"a".repeat(201)), "TEXT_TOO_LONG", Some("name"));
    refused(
        &founded,
        named("Sócio 529.982.247-25"),
        "TAX_ID_MISPLACED",
        Some("name"),
    );
    let numbered = DefineAccount {
        code: v("529.982.247-25"),
        ..named("Sócio")
    };
    refused(&founded, numbered, "TAX_ID_MISPLACED", Some("code"));
    let change = ChangeAccount {
        name: Some("a".repeat(201)),
        ..move_to("1.1", Edit::Keep)
    };
    refused(&founded, change, "TEXT_TOO_LONG", Some("name"));
}

#[test]
fn only_assets_that_are_posted_to_are_money_at_hand() {
    let founded = history(&[]);
    let liquid = |of, postable| DefineAccount {
        account_type: of,
        postable,
        liquid: true,
        ..define("8", None)
    };
    happens(&founded, liquid(AccountType::Asset, true));
    refused(
        &founded,
        liquid(AccountType::Asset, false),
        "ACCOUNT_NOT_LIQUID",
        Some("liquid"),
    );
    refused(
        &founded,
        liquid(AccountType::Expense, true),
        "ACCOUNT_NOT_LIQUID",
        Some("liquid"),
    );
    let change = ChangeAccount {
        liquid: Some(true),
        ..move_to("7.2.01", Edit::Keep)
    };
    refused(&founded, change, "ACCOUNT_NOT_LIQUID", Some("liquid"));
}

#[test]
fn an_account_stands_below_a_heading_of_its_type_that_is_in_use() {
    let founded = history(&[]);
    refused(
        &founded,
        define("1.9", Some("9")),
        "ACCOUNT_UNKNOWN",
        Some("parent"),
    );
    refused(
        &founded,
        define("1.9", Some("1.1.01.001")),
        "PARENT_IS_POSTABLE",
        Some("parent"),
    );
    refused(
        &founded,
        define("1.9", Some("2.1")),
        "PARENT_OF_OTHER_TYPE",
        Some("parent"),
    );
    refused(
        &founded,
        move_to("1.1.01.003", Edit::Set("2.1")),
        "PARENT_OF_OTHER_TYPE",
        Some("parent"),
    );
    refused(
        &founded,
        define("1.9", Some("1.9")),
        "ACCOUNT_UNKNOWN",
        Some("parent"),
    );
    let history = history(&[&|history| happens(history, heading("1.9", None)), &|history| {
        happens(history, retire("1.9"))
    }]);
    refused(
        &history,
        define("1.9.1", Some("1.9")),
        "ACCOUNT_RETIRED",
        Some("parent"),
    );
    refused(&history, heading("1.9", None), "ACCOUNT_RETIRED", Some("code"));
    refused(
        &history,
        move_to("1.9", Edit::Clear),
        "ACCOUNT_RETIRED",
        Some("code"),
    );
    unchanged(&history, retire("1.9"));
}

#[test]
fn what_an_account_is_never_changes() {
    let founded = history(&[]);
    let as_it_is = ChangeAccount {
        account_type: Some(AccountType::Asset),
        nature: Some(Side::Debit),
        postable: Some(true),
        ..move_to("1.1.01.003", Edit::Keep)
    };
    unchanged(&founded, as_it_is.clone());
    let fixed = "ACCOUNT_IS_FIXED";
    let other = ChangeAccount {
        account_type: Some(AccountType::Expense),
        ..as_it_is.clone()
    };
    refused(&founded, other, fixed, Some("account_type"));
    let other = ChangeAccount {
        nature: Some(Side::Credit),
        ..as_it_is.clone()
    };
    refused(&founded, other, fixed, Some("nature"));
    let other = ChangeAccount {
        postable: Some(false),
        ..as_it_is
    };
    refused(&founded, other, fixed, Some("postable"));
}

#[test]
fn no_account_stands_below_itself() {
    let founded = history(&[]);
    refused(
        &founded,
        move_to("1.1", Edit::Set("1.1")),
        "ACCOUNT_CYCLE",
        Some("parent"),
    );
    refused(
        &founded,
        move_to("1", Edit::Set("1.1.01")),
        "ACCOUNT_CYCLE",
        Some("parent"),
    );
    let moved = happens(&founded, move_to("1.1.01", Edit::Set("1.2")));
    let history = [founded, vec![moved]].concat();
    refused(
        &history,
        move_to("1.2", Edit::Set("1.1.01")),
        "ACCOUNT_CYCLE",
        Some("parent"),
    );
    unchanged(&history, move_to("1.1.01", Edit::Set("1.2")));
    happens(&history, move_to("1.1.01", Edit::Clear));
    refused(
        &history,
        move_to("9.9", Edit::Clear),
        "ACCOUNT_UNKNOWN",
        Some("code"),
    );
}

#[test]
fn a_tree_has_twelve_levels_at_most_also_when_a_part_of_it_moves() {
    let mut history = history(&[]);
    let mut below: Option<String> = None;
    for level in 1..=11 {
        let code = format!("9.{level}");
        let event = happens(&history, heading(&code, below.as_deref()));
        history.push(event);
        below = Some(code);
    }
    let last = happens(&history, define("9.12", below.as_deref()));
    refused(
        &history,
        move_to("1.1", Edit::Set("9.11")),
        "CHART_TOO_DEEP",
        Some("parent"),
    );
    happens(&history, move_to("1.1.01.003", Edit::Set("9.11")));
    history.push(last);
    let top = happens(&history, heading("8", None));
    history.push(top);
    refused(
        &history,
        move_to("9.1", Edit::Set("8")),
        "CHART_TOO_DEEP",
        Some("parent"),
    );
}

#[test]
fn what_is_in_use_is_not_retired() {
    let founded = history(&[]);
    refused(&founded, retire("1.1.01.001"), "ACCOUNT_HAS_ROLE", None);
    refused(&founded, retire("1.1.01"), "ACCOUNT_HAS_CHILDREN", None);
    refused(&founded, retire("9.9"), "ACCOUNT_UNKNOWN", Some("code"));
    let history = history(&[&|history| happens(history, assign("cash", None, "1.1.01.003"))]);
    happens(&history, retire("1.1.01.001"));
    // Of a store alone is a role too.
    let history = [
        history.clone(),
        vec![happens(&history, assign("bank", Some("centro"), "1.1.01.001"))],
    ]
    .concat();
    refused(&history, retire("1.1.01.001"), "ACCOUNT_HAS_ROLE", None);
}

#[test]
fn a_role_has_an_account_that_is_posted_to() {
    let founded = history(&[]);
    let event = happens(&founded, assign("vending", Some("norte"), "4.3.01"));
    let history = [founded, vec![event]].concat();
    unchanged(&history, assign("vending", Some("norte"), "4.3.01"));
    happens(&history, assign("vending", None, "4.3.01"));
    happens(&history, assign("vending", Some("norte"), "4.1.01"));
    refused(
        &history,
        assign("vending", None, "4.3"),
        "ACCOUNT_NOT_POSTABLE",
        Some("code"),
    );
    refused(
        &history,
        assign("vending", None, "9.9"),
        "ACCOUNT_UNKNOWN",
        Some("code"),
    );
    let retired = [history.clone(), vec![happens(&history, retire("1.1.04.001"))]].concat();
    refused(
        &retired,
        assign("vending", None, "1.1.04.001"),
        "ACCOUNT_RETIRED",
        Some("code"),
    );
}

#[test]
fn an_account_that_agrees_with_a_ledger_is_shared_with_no_other_role() {
    let shared = "ROLE_ACCOUNT_SHARED";
    let founded = history(&[&|history| happens(history, define("1.1.02.050", Some("1.1.02")))]);
    // Another role for an account with a ledger, and a role with a ledger for an account that has another.
    refused(
        &founded,
        assign("vending", None, "1.1.02.002"),
        shared,
        Some("code"),
    );
    refused(
        &founded,
        assign("card_receivable", None, "1.1.02.008"),
        shared,
        Some("code"),
    );
    refused(
        &founded,
        assign("voucher_receivable", Some("norte"), "1.1.02.002"),
        shared,
        Some("code"),
    );
    // The same role of one store more is the same ledger.
    happens(&founded, assign("card_receivable", Some("norte"), "1.1.02.002"));
    // What was owed before is there still.
    let moved = happens(&founded, assign("card_receivable", None, "1.1.02.050"));
    let history = [founded, vec![moved]].concat();
    let chart = Chart::fold(&history);
    assert!(chart.is_controlled(&v("1.1.02.002")) && chart.is_controlled(&v("1.1.02.050")));
    refused(
        &history,
        assign("vending", None, "1.1.02.002"),
        shared,
        Some("code"),
    );
    happens(&history, assign("card_receivable", None, "1.1.02.002"));
    happens(&history, retire("1.1.02.002"));
}

#[test]
fn a_role_needs_an_account_of_its_sort() {
    let founded = history(&[&|history| happens(history, define("1.1.02.050", Some("1.1.02")))]);
    for (role, code) in [
        ("cash", "1.1.02.050"),
        ("bank", "7.2.01"),
        ("card_receivable", "1.1.01.003"),
        ("inventory", "1.1.01.003"),
        ("customer_receivable", "2.2.01"),
        ("suppliers", "1.1.02.050"),
        ("gross_revenue", "7.2.01"),
        ("sales_returns", "7.2.01"),
        ("cogs", "7.2.01"),
    ] {
        refused(
            &founded,
            assign(role, None, code),
            "ROLE_ACCOUNT_UNFIT",
            Some("code"),
        );
    }
    let spent = ChangeAccount {
        liquid: Some(false),
        ..move_to("1.1.01.001", Edit::Keep)
    };
    refused(&founded, spent, "ROLE_ACCOUNT_UNFIT", Some("code"));
    let spent = ChangeAccount {
        liquid: Some(false),
        ..move_to("1.1.01.003", Edit::Keep)
    };
    happens(&founded, spent);
}

#[test]
fn cost_centers_are_defined_changed_and_retired() {
    let define = |name: &str| DefineCostCenter {
        cost_center_id: v("centro"),
        name: name.to_owned(),
    };
    let change = |name: &str| ChangeCostCenter {
        cost_center_id: v("centro"),
        name: name.to_owned(),
    };
    let retire = RetireCostCenter {
        cost_center_id: v("centro"),
    };
    let mut history = history(&[]);
    refused(
        &history,
        change("Centro"),
        "COST_CENTER_UNKNOWN",
        Some("cost_center_id"),
    );
    refused(
        &history,
        retire.clone(),
        "COST_CENTER_UNKNOWN",
        Some("cost_center_id"),
    );
    refused(&history, define(""), "FIELD_REQUIRED", Some("name"));
    history.push(happens(&history, define("Centro")));
    unchanged(&history, define("Centro"));
    refused(
        &history,
        define("Norte"),
        "COST_CENTER_EXISTS",
        Some("cost_center_id"),
    );
    unchanged(&history, change("Centro "));
    refused(
        &history,
        change("CPF 529.982.247-25"),
        "TAX_ID_MISPLACED",
        Some("name"),
    );
    history.push(happens(&history, change("Loja do Centro")));
    unchanged(&history, define("Loja do Centro"));
    assert!(Chart::fold(&history).is_open_cost_center(&v("centro")));
    history.push(happens(&history, retire.clone()));
    unchanged(&history, retire);
    assert!(!Chart::fold(&history).is_open_cost_center(&v("centro")));
    refused(&history, define("Loja do Centro"), "COST_CENTER_RETIRED", None);
    refused(&history, change("Centro"), "COST_CENTER_RETIRED", None);
    let personal = DefineCostCenter {
        cost_center_id: v("52998224725"),
        ..define("Ana")
    };
    refused(&history, personal, "TAX_ID_MISPLACED", Some("cost_center_id"));
}

#[test]
fn a_chart_is_bounded() {
    let mut full = ChartDefined::brazilian_retail();
    let extra = full.accounts[3].clone();
    for number in full.accounts.len()..ACCOUNTS_MAX {
        full.accounts.push(Account {
            code: v(&format!("1.1.01.x{number}")),
            ..extra.clone()
        });
    }
    for number in 0..COST_CENTERS_MAX {
        full.cost_centers.push(CostCenter {
            cost_center_id: v(&format!("c{number}")),
            name: "Centro".to_owned(),
        });
    }
    for number in full.roles.len()..ROLES_MAX {
        full.roles.push(RoleAccount {
            role: AccountRole::CASH,
            store_id: Some(v(&format!("s{number}"))),
            code: extra.code.clone(),
        });
    }
    let history = [ChartEvent::from(full)];
    refused(&history, define("9", None), "CHART_FULL", None);
    let cost_center_id = v("centro");
    let name = "Centro".to_owned();
    refused(
        &history,
        DefineCostCenter { cost_center_id, name },
        "CHART_FULL",
        None,
    );
    refused(
        &history,
        assign("cash", Some("norte"), "1.1.01.003"),
        "CHART_FULL",
        None,
    );
    happens(&history, assign("cash", None, "1.1.01.003"));
}

#[test]
fn an_answer_is_an_event_of_the_account_itself() {
    let history = history(&[&|history| happens(history, define("1.1.01.010", Some("1.1.01")))]);
    let [founded, defined] = history.as_slice() else {
        panic!("two events")
    };
    let command = define("1.1.01.010", Some("1.1.01"));
    assert!(command.is_answer(defined) && !command.is_answer(founded));
    assert!(define("1.1", None).is_answer(founded));
    let center = ChartEvent::CostCenterDefined(CostCenterDefined {
        cost_center: CostCenter {
            cost_center_id: v("centro"),
            name: "Centro".to_owned(),
        },
    });
    assert!(!command.is_answer(&center));
    assert!(center.cost_center(&v("centro")).is_some() && center.cost_center(&v("norte")).is_none());
}

proptest! {
    /// Whatever is defined, moved and retired: the chart stays a tree of headings of one type, in which what is in use
    /// stands below what is in use, and every role has an account that may be posted to.
    #[test]
    fn a_chart_stays_a_tree(steps in prop::collection::vec((0_u8..4, 0_usize..12, 0_usize..12, any::<bool>()), 1..60)) {
        let code = |index: usize| format!("9.{index}");
        let mut history = history(&[]);
        for (what, one, other, flag) in steps {
            let parent = flag.then(|| code(other));
            let state = Chart::fold(&history);
            let decision = match what {
                0 => define(&code(one), parent.as_deref()).decide(&state, &nowhere()),
                1 => heading(&code(one), parent.as_deref()).decide(&state, &nowhere()),
                2 => {
                    let parent = parent.as_deref().map_or(Edit::Clear, Edit::Set);
                    move_to(&code(one), parent).decide(&state, &nowhere())
                }
                _ if flag => retire(&code(one)).decide(&state, &nowhere()),
                _ => assign("vending", None, &code(one)).decide(&state, &nowhere()),
            };
            history.extend(decision.map_or_else(|_| Vec::new(), |decision| decision.events));
        }
        let chart = Chart::fold(&history);
        for known in chart.accounts() {
            let mut seen = BTreeSet::from([&known.account.code]);
            let mut above = known.account.parent.as_ref();
            while let Some(parent) = above {
                prop_assert!(seen.insert(parent), "a cycle");
                let heading = chart.known(parent).unwrap();
                prop_assert!(!heading.account.postable);
                prop_assert_eq!(heading.account.account_type, known.account.account_type);
                prop_assert!(known.is_retired || !heading.is_retired);
                above = heading.account.parent.as_ref();
            }
            prop_assert!(chart.roles_of(&known.account.code).is_empty() || chart.is_postable(&known.account.code));
        }
    }
}
