//! The commands of statements, from the wire, and what they answer.

use posars_commands::LineAnswer;
use posars_domain::statement_line::{
    MatchStatementLine, NewStatementLine, StatementKind, StatementLineRecorded, WriteOffStatementLine,
};
use posars_domain::{AccountCode, Amount, CompanyId, Currency, reasons};
use tonic::Status;

use super::{
    ReceivableName, StatementLineName, read_match_keys, read_statement_kind, said, write_match_keys,
    write_statement_kind, write_unmatched_reason,
};
use crate::proto::finance::v1 as pb;
use crate::proto::money::v1::Money;
use crate::status::FieldNames;
use crate::wire::Reader;
use crate::wire::names::ResourceName as _;
use crate::wire::value::{given, read_amount, read_date, write_date, write_money};

/// How the fields of a statement are called in its request.
pub(crate) const STATEMENT_FIELDS: FieldNames = FieldNames::new(&[("money_account", "money_account_code")]);
/// How the fields of what a line pays are called in its request.
pub(crate) const MATCH_FIELDS: FieldNames =
    FieldNames::new(&[("line_id", "name"), ("item_id", "receivable")]);
/// How the fields of a write-off are called in its request.
pub(crate) const WRITE_OFF_FIELDS: FieldNames =
    FieldNames::new(&[("line_id", "name"), ("counter_account", "counter_account_code")]);

/// What all lines of a statement have in common.
struct Statement {
    kind: StatementKind,
    source: String,
    money_account: AccountCode,
    currency: Currency,
}

/// Reads the lines of a `RecordSettlementsRequest`; the company is in its parent.
pub(crate) fn read_statement(request: pb::RecordSettlementsRequest) -> Result<Vec<NewStatementLine>, Status> {
    let mut reader = Reader::new();
    let kind = read_statement_kind(&mut reader, "kind", request.kind);
    let kind = said(&mut reader, "kind", kind);
    let money_account = reader.text("money_account_code", &request.money_account_code);
    let currency = read_currency(&mut reader, &request.lines);
    let source = request.source;
    let statement = (|| {
        Some(Statement {
            kind: kind?,
            source,
            money_account: money_account?,
            currency: currency?,
        })
    })();
    let lines = statement.and_then(|statement| {
        reader.each("lines", request.lines, |reader, line| {
            read_line(reader, line, &statement)
        })
    });
    let mut lines = reader.finish(lines)?;
    NewStatementLine::number(&mut lines);
    Ok(lines)
}

/// The currency of a statement is that of its first amount.
fn read_currency(reader: &mut Reader, lines: &[pb::StatementLineInput]) -> Option<Currency> {
    let amounts = lines.iter().enumerate().flat_map(|(index, line)| {
        let amounts = [("gross", &line.gross), ("fee", &line.fee), ("net", &line.net)];
        let given = amounts.map(|(name, money)| money.as_ref().map(|money| (index, name, money)));
        given.into_iter().flatten()
    });
    let Some((index, name, money)) = amounts.into_iter().next() else {
        let problem = "required, but no line has an amount; a statement has at least one line";
        reader.refuse("lines", reasons::FIELD_REQUIRED, problem);
        return None;
    };
    reader.text(
        &format!("lines[{index}].{name}.currency_code"),
        &money.currency_code,
    )
}

fn read_line(
    reader: &mut Reader,
    line: pb::StatementLineInput,
    statement: &Statement,
) -> Option<NewStatementLine> {
    let date = read_date(reader, "date", line.date);
    let amounts = read_amounts(reader, [line.gross, line.fee, line.net], statement.currency);
    let keys = read_match_keys(reader, "match_keys", line.match_keys);
    let [gross, fee, net] = amounts?;
    Some(NewStatementLine {
        kind: statement.kind,
        source: statement.source.clone(),
        date: date?,
        currency: statement.currency,
        gross,
        fee,
        net,
        keys: keys?,
        // One that is beyond the range is beyond all that an item can have.
        installment: Some(u16::try_from(line.installment).unwrap_or(u16::MAX)).filter(|number| *number > 0),
        reference: given(line.reference),
        money_account: statement.money_account.clone(),
        // Counted in the request when it is not said.
        occurrence: u16::try_from(line.occurrence).unwrap_or(u16::MAX),
    })
}

/// Gross, fee and net, each from the others where it is absent; at least one of gross and net is told.
fn read_amounts(
    reader: &mut Reader,
    [gross, fee, net]: [Option<Money>; 3],
    currency: Currency,
) -> Option<[Amount; 3]> {
    let mut read = |field: &str, money: Option<Money>| match money {
        None => Some(None),
        money => read_amount(reader, field, money, currency).map(Some),
    };
    let (gross, fee, net) = (read("gross", gross), read("fee", fee), read("net", net));
    let completed = NewStatementLine::amounts(gross?, fee?, net?);
    if completed.is_none() {
        let problem = "required, but not given; tell the gross or the net amount";
        reader.refuse("gross", reasons::FIELD_REQUIRED, problem);
    }
    completed
}

/// Reads the command of a `MatchStatementLineRequest`; the line is in its name, what it pays in another one.
pub(crate) fn read_match(
    line: &StatementLineName,
    receivable: &ReceivableName,
    installment: u32,
) -> MatchStatementLine {
    MatchStatementLine {
        line_id: line.line_id,
        item_id: receivable.item_id,
        installment: Some(u16::try_from(installment).unwrap_or(u16::MAX)).filter(|number| *number > 0),
    }
}

/// Reads the command of a `WriteOffStatementLineRequest`; the line is in its name.
pub(crate) fn read_write_off_line(
    line: &StatementLineName,
    counter_account_code: &str,
    reason: String,
) -> Result<WriteOffStatementLine, Status> {
    let mut reader = Reader::new();
    let counter = reader.text("counter_account_code", counter_account_code);
    reader.finish(counter.map(|counter| WriteOffStatementLine {
        line_id: line.line_id,
        counter,
        reason,
        reversed: None,
    }))
}

/// Writes a line of a statement as it stands now.
pub(crate) fn write_line_answer(company: &CompanyId, answer: &LineAnswer) -> Option<pb::StatementLine> {
    use pb::StatementLineState as State;
    let state = &answer.state;
    let line = write_line(company, state.recorded.as_deref()?);
    let position = answer
        .recorded_at
        .map(|position| position.get())
        .unwrap_or_default();
    let receivable = |item_id| ReceivableName { item_id }.of(company);
    let line = pb::StatementLine { position, ..line };
    Some(if state.written_off.is_some() {
        pb::StatementLine {
            state: State::WrittenOff.into(),
            ..line
        }
    } else if let Some(matched) = &state.matched {
        let expected_fee = matched.expected_fee;
        let currency = state.recorded.as_deref()?.currency;
        pb::StatementLine {
            state: State::Matched.into(),
            receivable: receivable(matched.item_id),
            paid_installment: matched.installment.into(),
            expected_fee: expected_fee.and_then(|fee| write_money(fee, currency)),
            matched_by_hand: matched.by_hand,
            ..line
        }
    } else {
        let unmatched = state.unmatched.as_ref();
        let reason = unmatched.map(|unmatched| write_unmatched_reason(unmatched.reason));
        let item_id = unmatched.and_then(|unmatched| unmatched.item_id);
        pb::StatementLine {
            state: State::Unmatched.into(),
            unmatched_reason: reason.unwrap_or_default().into(),
            receivable: item_id.map(receivable).unwrap_or_default(),
            ..line
        }
    })
}

fn write_line(company: &CompanyId, line: &StatementLineRecorded) -> pb::StatementLine {
    let line_id = line.line_id;
    pb::StatementLine {
        name: StatementLineName { line_id }.of(company),
        line_id: line_id.to_string(),
        kind: write_statement_kind(line.kind).into(),
        source: line.source.clone(),
        date: Some(write_date(line.date)),
        gross: write_money(line.gross, line.currency),
        fee: write_money(line.fee, line.currency),
        net: write_money(line.net, line.currency),
        match_keys: write_match_keys(&line.keys),
        installment: line.installment.unwrap_or_default().into(),
        reference: line.reference.clone().unwrap_or_default(),
        money_account_code: line.money_account.to_string(),
        ..pb::StatementLine::default()
    }
}
