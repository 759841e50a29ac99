//! The commands of payrolls, from the wire.

use posars_domain::payroll::{RecordPayroll, RecordPayrollLine, VoidPayroll, WageAmounts};
use posars_domain::{Currency, Personal, reasons};
use tonic::Status;

use super::PayrollName;
use crate::proto::hr::v1 as pb;
use crate::status::FieldNames;
use crate::wire::value::{given, read_amount, read_optional_amount, read_optional_date};
use crate::wire::{FromRequest, Reader};

impl FromRequest for RecordPayroll {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        ("wages_due", "wages_due_date"),
        ("charges_due", "charges_due_date"),
        ("lines.cost_center", "cost_center_id"),
        ("lines.position", "job_title"),
    ]);
}

impl FromRequest for VoidPayroll {
    const FIELD_NAMES: FieldNames = FieldNames::SAME;
}

/// Reads the command of a `RecordPayrollRequest`; the company is in its parent.
pub(crate) fn read_record_payroll(request: pb::RecordPayrollRequest) -> Result<RecordPayroll, Status> {
    let mut reader = Reader::new();
    let payroll_id = reader.text("payroll_id", &request.payroll_id);
    let month = reader.text("month", &request.month);
    let wages_due = read_optional_date(&mut reader, "wages_due_date", request.wages_due_date);
    let charges_due = read_optional_date(&mut reader, "charges_due_date", request.charges_due_date);
    let currency = read_currency(&mut reader, &request.lines);
    let lines = currency.and_then(|currency| {
        reader.each("lines", request.lines, |reader, line| {
            read_line(reader, line, currency)
        })
    });
    let command = (|| {
        Some(RecordPayroll {
            payroll_id: payroll_id?,
            month: month?,
            currency: currency?,
            memo: given(request.memo),
            wages_due: wages_due?,
            charges_due: charges_due?,
            lines: lines?,
        })
    })();
    reader.finish(command)
}

/// The currency of a payroll is that of its first line.
fn read_currency(reader: &mut Reader, lines: &[pb::PayrollLineInput]) -> Option<Currency> {
    let Some(first) = lines.first() else {
        let problem = "required, but a payroll without lines says nothing; give one line per employee";
        reader.refuse("lines", reasons::FIELD_REQUIRED, problem);
        return None;
    };
    let Some(gross) = &first.gross else {
        let problem = "required, but not given; fill it in";
        reader.refuse("lines[0].gross", reasons::FIELD_REQUIRED, problem);
        return None;
    };
    reader.text("lines[0].gross.currency_code", &gross.currency_code)
}

fn read_line(
    reader: &mut Reader,
    line: pb::PayrollLineInput,
    currency: Currency,
) -> Option<RecordPayrollLine> {
    let employee_id = reader.text("employee_id", &line.employee_id);
    let gross = read_amount(reader, "gross", line.gross, currency);
    let charges = read_optional_amount(reader, "charges", line.charges, currency);
    let net = read_amount(reader, "net", line.net, currency);
    let store_id = reader.optional("store_id", &line.store_id);
    let cost_center = reader.optional("cost_center_id", &line.cost_center_id);
    let amounts = WageAmounts {
        gross: gross?,
        charges: charges?.unwrap_or_default(),
        net: net?,
    };
    Some(RecordPayrollLine {
        employee_id: employee_id?,
        amounts: Personal::Clear(amounts),
        store_id: store_id?,
        cost_center: cost_center?,
        position: given(line.job_title),
    })
}

/// Reads the command of a `VoidPayrollRequest`; the payroll is in its name.
pub(crate) fn read_void_payroll(request: pb::VoidPayrollRequest, name: &PayrollName) -> VoidPayroll {
    VoidPayroll {
        payroll_id: name.payroll_id,
        reason: request.reason,
    }
}
