//! The rules about posting rules.

use crate::fixtures::{given, nowhere, v};
use jiff::civil::{Date, date};
use posars_domain::posting_rules::{
    DefinePostingRule, POSTING_RULES_MAX, PostedEvent as E, PostingPart as P, PostingRule,
    PostingRuleDefined, PostingRules, PostingRulesDefined, PostingRulesEvent, PostingRulesState,
};
use posars_domain::{AccountRole, Aggregate as _};

const TODAY: Date = date(2026, 11, 20);

fn founded() -> PostingRulesState {
    PostingRules::fold(&[PostingRulesDefined::brazilian_retail().into()])
}

fn role(rules: &PostingRulesState, event: E, part: P, qualifier: Option<&str>, day: Date) -> String {
    let rule = rules.rule_for(event, part, qualifier, day);
    rule.map_or_else(String::new, |rule| rule.role.to_string())
}

#[test]
fn sales_go_where_they_are_paid() {
    let rules = founded();
    for event in [E::SaleRecorded, E::SaleVoided, E::SaleReturned] {
        let of = |method| role(&rules, event, P::Payment, Some(method), TODAY);
        assert_eq!(of("cash"), "cash");
        assert_eq!(
            [of("credit_card"), of("debit_card")],
            ["card_receivable", "card_receivable"]
        );
        for method in ["pix", "pix_static", "deposit", "transfer"] {
            assert_eq!(of(method), "pix_in_transit");
        }
        assert_eq!(
            [of("boleto"), of("trade_bill")],
            ["boleto_receivable", "boleto_receivable"]
        );
        assert_eq!(
            [of("store_credit"), of("later")],
            ["customer_receivable", "customer_receivable"]
        );
        assert_eq!(of("check"), "check_receivable");
        for method in ["food", "meal", "fuel"] {
            assert_eq!(of(method), "voucher_receivable");
        }
        assert_eq!([of("gift"), of("loyalty")], ["gift_vouchers", "loyalty_cost"]);
        for method in ["other", "not_informed", "none", "nfe_21", "fichas"] {
            assert_eq!(of(method), "unidentified_receipts", "{method}");
        }
    }
}

#[test]
fn the_sort_of_a_part_chooses_its_rule() {
    let rules = founded();
    let adjusted = |part, reason| role(&rules, E::StockAdjusted, part, Some(reason), TODAY);
    assert_eq!(adjusted(P::Loss, "count"), "shrinkage");
    assert_eq!(adjusted(P::Loss, "internal_use"), "internal_use");
    assert_eq!(
        [adjusted(P::Loss, "opening"), adjusted(P::Gain, "opening")],
        ["opening_balance"; 2]
    );
    assert_eq!(adjusted(P::Gain, "found"), "surplus");
    for event in [E::ReceivableSettled, E::ReceivableSettlementReversed] {
        let fee = |kind| role(&rules, event, P::Fee, Some(kind), TODAY);
        assert_eq!([fee("card"), fee("voucher")], ["card_fees", "card_fees"]);
        assert_eq!([fee("pix"), fee("boleto")], ["bank_fees", "bank_fees"]);
    }
    assert_eq!(
        role(&rules, E::PayableCredited, P::Credit, Some("supplier"), TODAY),
        "discounts_obtained"
    );
    assert_eq!(
        role(&rules, E::PayableCredited, P::Credit, Some("tax"), TODAY),
        "other_income"
    );
    assert_eq!(role(&rules, E::SaleRecorded, P::Inventory, None, TODAY), "");
    assert_eq!(
        role(&rules, E::SaleRecorded, P::Gross, None, date(1999, 12, 31)),
        ""
    );
}

#[test]
fn of_several_versions_the_newest_that_holds_on_the_day_is_taken() {
    let defined = |role: AccountRole, qualifier: Option<&str>, valid_from: Date| {
        PostingRulesEvent::PostingRuleDefined(PostingRuleDefined {
            rule: PostingRule {
                event: E::SaleRecorded,
                part: P::Payment,
                qualifier: qualifier.map(str::to_owned),
                role,
                valid_from,
            },
        })
    };
    let history = [
        PostingRulesDefined::brazilian_retail().into(),
        defined(v("second"), Some("pix"), date(2027, 2, 1)),
        defined(v("first"), Some("pix"), date(2027, 1, 1)),
        defined(v("chips"), Some("fichas"), date(2027, 1, 1)),
    ];
    let rules = PostingRules::fold(&history);
    let of = |method, day| role(&rules, E::SaleRecorded, P::Payment, Some(method), day);
    assert_eq!(of("pix", date(2026, 12, 31)), "pix_in_transit");
    assert_eq!(of("pix", date(2027, 1, 1)), "first");
    assert_eq!(of("pix", date(2027, 1, 31)), "first");
    assert_eq!(of("pix", date(2027, 2, 1)), "second");
    // Before a rule of its own holds, the rule for all does.
    assert_eq!(of("fichas", date(2026, 12, 31)), "unidentified_receipts");
    assert_eq!(of("fichas", date(2027, 1, 1)), "chips");
    assert_eq!(of("cash", date(2027, 2, 1)), "cash");
}

/// A rule for payments by a method, in the test's present: 20 November 2026, noon in Brazil.
fn paid_by(method: Option<&str>, role: &str, valid_from: Date) -> DefinePostingRule {
    DefinePostingRule {
        event: E::SaleRecorded,
        part: P::Payment,
        qualifier: method.map(str::to_owned),
        role: v(role),
        valid_from,
    }
}

fn happens(history: &[PostingRulesEvent], command: DefinePostingRule) -> PostingRulesEvent {
    given::<PostingRules>(history).when(command, &nowhere()).event()
}

fn refused(history: &[PostingRulesEvent], command: DefinePostingRule, reason: &str, field: Option<&str>) {
    given::<PostingRules>(history)
        .when(command, &nowhere())
        .rejected(reason, field);
}

fn default_rules() -> Vec<PostingRulesEvent> {
    vec![PostingRulesDefined::brazilian_retail().into()]
}

#[test]
fn books_not_begun() {
    refused(&[], paid_by(None, "cash", TODAY), "BOOKS_NOT_BEGUN", None);
}

#[test]
fn a_rule_is_defined_once_and_the_same_again_changes_nothing() {
    let mut history = default_rules();
    history.push(happens(&history, paid_by(Some("pix"), "bank", TODAY)));
    given::<PostingRules>(&history)
        .when(paid_by(Some("pix"), "bank", TODAY), &nowhere())
        .nothing();
    refused(
        &history,
        paid_by(Some("pix"), "cash", TODAY),
        "RULE_OVERLAP",
        Some("valid_from"),
    );
    happens(&history, paid_by(Some("pix"), "cash", date(2026, 11, 21)));
    // The default itself may be sent again.
    given::<PostingRules>(&history)
        .when(
            paid_by(Some("pix"), "pix_in_transit", date(2000, 1, 1)),
            &nowhere(),
        )
        .nothing();
}

#[test]
fn what_is_posted_by_a_rule_stays_posted_by_it() {
    let retroactive = "POSTING_RULE_RETROACTIVE";
    let history = default_rules();
    let yesterday = date(2026, 11, 19);
    refused(
        &history,
        paid_by(Some("pix"), "bank", yesterday),
        retroactive,
        Some("valid_from"),
    );
    // A method without a rule of its own was posted by the rule for all.
    refused(
        &history,
        paid_by(Some("fichas"), "bank", yesterday),
        retroactive,
        Some("valid_from"),
    );
    refused(
        &history,
        paid_by(None, "bank", date(2000, 1, 2)),
        retroactive,
        Some("valid_from"),
    );
    happens(&history, paid_by(Some("fichas"), "bank", TODAY));
    happens(&history, paid_by(None, "bank", TODAY));
    // In Brazil the day is that of its westernmost clocks.
    let at = |now: &str| posars_domain::Given::at(v(now));
    given::<PostingRules>(&history)
        .when(paid_by(Some("pix"), "bank", TODAY), &at("2026-11-21T04:59:59Z"))
        .event();
    given::<PostingRules>(&history)
        .when(paid_by(Some("pix"), "bank", TODAY), &at("2026-11-21T05:00:00Z"))
        .rejected(retroactive, Some("valid_from"));
}

#[test]
fn days_without_any_rule_may_get_one_because_what_is_of_them_waits() {
    let rule = |role: &str, valid_from: Date| PostingRule {
        event: E::SaleRecorded,
        part: P::Payment,
        qualifier: None,
        role: v(role),
        valid_from,
    };
    let rules = vec![rule("bank", date(2026, 10, 1)), rule("cash", date(2026, 12, 1))];
    let history = [PostingRulesDefined { rules }.into()];
    // Before the first rule: until then nothing could be posted.
    happens(&history, paid_by(None, "cash", date(2026, 1, 1)));
    refused(
        &history,
        paid_by(None, "cash", date(2026, 10, 2)),
        "POSTING_RULE_RETROACTIVE",
        Some("valid_from"),
    );
    // One of its own would change what the rule for all has posted since October.
    refused(
        &history,
        paid_by(Some("pix"), "cash", date(2026, 1, 1)),
        "POSTING_RULE_RETROACTIVE",
        Some("valid_from"),
    );
    let own = PostingRule {
        qualifier: Some("pix".to_owned()),
        ..rule("cash", date(2026, 10, 1))
    };
    let rules = vec![rule("bank", date(2026, 10, 1)), own];
    let history = [PostingRulesDefined { rules }.into()];
    happens(&history, paid_by(Some("pix"), "cash", date(2026, 1, 1)));
}

#[test]
fn a_part_is_one_of_its_event() {
    let history = default_rules();
    let posted = |event, part| DefinePostingRule {
        event,
        part,
        qualifier: None,
        role: v("bank"),
        valid_from: TODAY,
    };
    let refused_part = |event, part| {
        refused(
            &history,
            posted(event, part),
            "POSTING_PART_NOT_OF_EVENT",
            Some("part"),
        );
    };
    refused_part(E::SaleRecorded, P::Inventory);
    refused_part(E::StockIssued, P::Supplied);
    refused_part(E::ReceivableRegistered, P::Payment);
    refused_part(E::PayableCancelled, P::Credit);
    refused_part(E::StatementLineWrittenOff, P::WriteOff);
    // Every part of every event has a rule from the beginning, whatever its sort.
    let rules = founded();
    for event in E::ALL {
        for part in event.parts() {
            assert!(
                rules.rule_for(*event, *part, Some("unheard_of"), TODAY).is_some(),
                "{event} {part}"
            );
        }
    }
}

#[test]
fn a_qualifier_is_a_sort_that_the_part_has() {
    let history = default_rules();
    let qualified = |event, part, qualifier: &str| DefinePostingRule {
        event,
        part,
        qualifier: Some(qualifier.to_owned()),
        role: v("other_expense"),
        valid_from: TODAY,
    };
    let wrong = |event, part, qualifier: &str| {
        refused(
            &history,
            qualified(event, part, qualifier),
            "POSTING_QUALIFIER_INVALID",
            Some("qualifier"),
        );
    };
    wrong(E::SaleRecorded, P::Payment, "Cartão");
    wrong(E::SaleRecorded, P::Payment, "");
    wrong(E::SaleRecorded, P::Gross, "cash");
    wrong(E::StockAdjusted, P::Cost, "loss");
    wrong(E::StockAdjusted, P::Loss, "robbery");
    wrong(E::ReceivableSettled, P::Fee, "supplier");
    wrong(E::PayableCredited, P::Credit, "card");
    wrong(E::StatementLineWrittenOff, P::Fee, "card");
    wrong(E::StockReceived, P::Supplied, "moinho");
    happens(&history, qualified(E::SaleRecorded, P::Payment, "nfe_21"));
    happens(&history, qualified(E::StockAdjusted, P::Loss, "expiry"));
    happens(&history, qualified(E::ReceivableSettled, P::Fee, "boleto"));
    happens(&history, qualified(E::PayableCredited, P::Credit, "salary"));
}

#[test]
fn an_account_with_a_ledger_takes_only_what_the_ledger_takes() {
    let history = default_rules();
    let posted = |event, part, role: &str| DefinePostingRule {
        event,
        part,
        qualifier: None,
        role: v(role),
        valid_from: TODAY,
    };
    let wrong = |event, part, role: &str| {
        refused(
            &history,
            posted(event, part, role),
            "POSTING_ROLE_NOT_ALLOWED",
            Some("role"),
        );
    };
    wrong(E::SaleRecorded, P::Gross, "card_receivable");
    wrong(E::SaleRecorded, P::Payment, "suppliers");
    wrong(E::SaleRecorded, P::Payment, "inventory");
    wrong(E::StockIssued, P::Inventory, "cogs");
    wrong(E::StockAdjusted, P::Loss, "inventory");
    wrong(E::StockReceived, P::Supplied, "other_payables");
    happens(
        &history,
        posted(E::SaleRecorded, P::Payment, "customer_receivable"),
    );
    happens(&history, posted(E::SaleRecorded, P::Payment, "cash"));
    happens(&history, posted(E::StockReceived, P::Supplied, "bank"));
}

#[test]
fn a_rule_begins_in_this_century() {
    let history = default_rules();
    for day in [
        date(1, 1, 1),
        date(1999, 12, 31),
        date(2100, 1, 1),
        date(9999, 12, 31),
    ] {
        refused(
            &history,
            paid_by(None, "cash", day),
            "DATE_OUT_OF_RANGE",
            Some("valid_from"),
        );
    }
}

#[test]
fn rules_are_bounded() {
    let rules = (0..POSTING_RULES_MAX).map(|number| PostingRule {
        event: E::SaleRecorded,
        part: P::Payment,
        qualifier: Some(format!("method_{number}")),
        role: v("cash"),
        valid_from: date(2000, 1, 1),
    });
    let history = [PostingRulesDefined {
        rules: rules.collect(),
    }
    .into()];
    refused(&history, paid_by(None, "cash", TODAY), "POSTING_RULES_FULL", None);
}
