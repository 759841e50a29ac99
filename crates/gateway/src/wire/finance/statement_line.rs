//! Lines of statements and what somebody has to see to, to the wire.

use posars_domain::CompanyId;
use posars_projections::{
    FinanceException, FinanceExceptionKind, StatementLineRow, StatementLineState, UnpostedRow,
};

use super::names::{ReceivableName, StatementLineName};
use super::value::write_match_keys;
use super::words::{write_statement_kind, write_unmatched_reason};
use crate::proto::finance::v1 as pb;
use crate::wire::Reader;
use crate::wire::names::ResourceName as _;
use crate::wire::reader::FIELD_INVALID;
use crate::wire::value::{write_date, write_money};

/// Writes a line of a statement.
pub(crate) fn write_statement_line(company: &CompanyId, line: &StatementLineRow) -> pb::StatementLine {
    let currency = line.currency;
    let receivable = |item_id| ReceivableName { item_id }.of(company);
    let unmatched = line.unmatched.map(write_unmatched_reason);
    pb::StatementLine {
        name: line_name(company, line),
        line_id: line.line_id.to_string(),
        kind: write_statement_kind(line.kind).into(),
        source: line.source.clone(),
        date: Some(write_date(line.date)),
        gross: write_money(line.gross, currency),
        fee: write_money(line.fee, currency),
        net: write_money(line.net, currency),
        match_keys: write_match_keys(&line.keys),
        installment: line.installment.unwrap_or_default().into(),
        reference: line.reference.clone().unwrap_or_default(),
        money_account_code: line.money_account.to_string(),
        state: write_line_state(line.state).into(),
        unmatched_reason: unmatched.unwrap_or_default().into(),
        receivable: line.item_id.map(receivable).unwrap_or_default(),
        paid_installment: line.paid_installment.unwrap_or_default().into(),
        expected_fee: line.expected_fee.and_then(|fee| write_money(fee, currency)),
        matched_by_hand: line.by_hand,
        position: line.position.get(),
    }
}

fn line_name(company: &CompanyId, line: &StatementLineRow) -> String {
    StatementLineName {
        line_id: line.line_id,
    }
    .of(company)
}

const fn write_line_state(state: StatementLineState) -> pb::StatementLineState {
    use pb::StatementLineState as Wire;
    match state {
        StatementLineState::Recorded => Wire::Recorded,
        StatementLineState::Matched => Wire::Matched,
        StatementLineState::Unmatched => Wire::Unmatched,
        StatementLineState::WrittenOff => Wire::WrittenOff,
    }
}

/// Reads how lines of statements stand; `Some(None)` when it is not said.
pub(crate) fn read_line_state(reader: &mut Reader, number: i32) -> Option<Option<StatementLineState>> {
    use pb::StatementLineState as Wire;
    let state = match Wire::try_from(number) {
        Ok(Wire::Unspecified) => None,
        Ok(Wire::Recorded) => Some(StatementLineState::Recorded),
        Ok(Wire::Matched) => Some(StatementLineState::Matched),
        Ok(Wire::Unmatched) => Some(StatementLineState::Unmatched),
        Ok(Wire::WrittenOff) => Some(StatementLineState::WrittenOff),
        Err(_) => {
            refuse_unknown(reader, "state", number);
            return None;
        }
    };
    Some(state)
}

/// Reads what is wrong; `Some(None)` when it is not said.
pub(crate) fn read_exception_kind(reader: &mut Reader, number: i32) -> Option<Option<FinanceExceptionKind>> {
    use pb::FinanceExceptionKind as Wire;
    let kind = match Wire::try_from(number) {
        Ok(Wire::Unspecified) => None,
        Ok(Wire::Unposted) => Some(FinanceExceptionKind::Unposted),
        Ok(Wire::StatementLineUnmatched) => Some(FinanceExceptionKind::Unmatched),
        Ok(Wire::FeeDifference) => Some(FinanceExceptionKind::FeeDifference),
        Err(_) => {
            refuse_unknown(reader, "kind", number);
            return None;
        }
    };
    Some(kind)
}

fn refuse_unknown(reader: &mut Reader, field: &str, number: i32) {
    let problem = format!("{number} is none that this server knows; send one of the document's");
    reader.refuse(field, FIELD_INVALID, problem);
}

/// Writes something that somebody has to see to.
pub(crate) fn write_finance_exception(
    company: &CompanyId,
    exception: &FinanceException,
) -> pb::FinanceException {
    match exception {
        FinanceException::Unposted(event) => of_event(event),
        FinanceException::Unmatched(line) => pb::FinanceException {
            kind: pb::FinanceExceptionKind::StatementLineUnmatched.into(),
            reason: line
                .unmatched
                .map(|reason| reason.to_string().to_uppercase())
                .unwrap_or_default(),
            problem: "the line pays nothing; match it by hand to what it pays, or write it off".to_owned(),
            ..of_line(company, line)
        },
        FinanceException::FeeDifference(line) => {
            let difference = line
                .expected_fee
                .and_then(|expected| line.fee.checked_sub(expected));
            pb::FinanceException {
                kind: pb::FinanceExceptionKind::FeeDifference.into(),
                problem: "another fee was kept than the terms had let expect; ask the payer, or define the terms anew"
                    .to_owned(),
                difference: difference.and_then(|difference| write_money(difference, line.currency)),
                ..of_line(company, line)
            }
        }
    }
}

fn of_event(event: &UnpostedRow) -> pb::FinanceException {
    pb::FinanceException {
        kind: pb::FinanceExceptionKind::Unposted.into(),
        reason: event.reason.clone(),
        problem: event.problem.clone(),
        waits_for: event.waits_for.clone(),
        event_type: event.event_type.clone(),
        source_position: event.source_position.get(),
        source_event_id: event.source_event_id.to_string(),
        store_id: event
            .store_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        business_date: Some(write_date(event.business_date)),
        ..pb::FinanceException::default()
    }
}

fn of_line(company: &CompanyId, line: &StatementLineRow) -> pb::FinanceException {
    pb::FinanceException {
        source_position: line.position.get(),
        statement_line: line_name(company, line),
        business_date: Some(write_date(line.date)),
        ..pb::FinanceException::default()
    }
}
