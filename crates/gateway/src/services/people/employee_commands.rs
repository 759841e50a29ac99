//! The commands of employees. Which stores a caller may touch, the door looks at: an employee elsewhere is unknown.

use posars_domain::employee::{
    AdmissionCorrected, EmployeeHired, EmployeeRehired, EmployeeTerminated, LeaveCancelled, LeaveRegistered,
    PersonalDataSet, PositionChanged, SalaryChanged,
};
use tonic::{Request, Response};

use super::Answered;
use crate::call::Call;
use crate::proto::hr::v1 as pb;
use crate::wire::CompanyName;
use crate::wire::people::employee_answer::{
    write_assignment, write_cancelled_leave, write_corrected, write_hired, write_registered_leave,
    write_rehired, write_salary_changed, write_set_fields, write_terminated,
};
use crate::wire::people::employee_command::{
    read_cancel_leave, read_change_position, read_change_salary, read_correct_admission, read_hire_employee,
    read_register_leave, read_rehire_employee, read_set_personal_data, read_terminate_employee,
};
use crate::wire::people::{EmployeeName, LeaveName};

pub(super) async fn hire_employee(
    request: Request<pb::HireEmployeeRequest>,
) -> Answered<pb::HireEmployeeResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_hire_employee(request)?;
    let done = ask.carry_out(&command).await?;
    let hired = done.answer::<EmployeeHired>();
    Ok(Response::new(pb::HireEmployeeResponse {
        employee: hired.map(|hired| write_hired(call.company(), hired)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn set_personal_data(
    request: Request<pb::SetPersonalDataRequest>,
) -> Answered<pb::SetPersonalDataResponse> {
    let (call, request) = Call::of(request)?;
    let name: EmployeeName = call.name("name", &request.name)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_set_personal_data(request, name)?;
    let done = ask.carry_out(&command).await?;
    let set = done.answer::<PersonalDataSet>();
    Ok(Response::new(pb::SetPersonalDataResponse {
        set_fields: set.map(write_set_fields).unwrap_or_default(),
        recorded: done.recorded(),
    }))
}

pub(super) async fn change_position(
    request: Request<pb::ChangePositionRequest>,
) -> Answered<pb::ChangePositionResponse> {
    let (call, request) = Call::of(request)?;
    let name: EmployeeName = call.name("name", &request.name)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_change_position(request, name)?;
    // The store that the employee leaves is looked at by the door, the one to go to here.
    if let Some(store_id) = &command.store_id {
        call.may_touch(store_id)?;
    }
    let done = ask.carry_out(&command).await?;
    let changed = done.answer::<PositionChanged>();
    Ok(Response::new(pb::ChangePositionResponse {
        assignment: changed.map(|changed| write_assignment(call.company(), changed)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn change_salary(
    request: Request<pb::ChangeSalaryRequest>,
) -> Answered<pb::ChangeSalaryResponse> {
    let (call, request) = Call::of(request)?;
    let name: EmployeeName = call.name("name", &request.name)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_change_salary(request, name)?;
    let done = ask.carry_out(&command).await?;
    let changed = done.answer::<SalaryChanged>();
    Ok(Response::new(pb::ChangeSalaryResponse {
        salary_change: changed.map(|changed| write_salary_changed(call.company(), changed, &done.completed)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn register_leave(
    request: Request<pb::RegisterLeaveRequest>,
) -> Answered<pb::RegisterLeaveResponse> {
    let (call, request) = Call::of(request)?;
    let name: EmployeeName = call.name("parent", &request.parent)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_register_leave(request, name)?;
    let done = ask.carry_out(&command).await?;
    let leave = done.answer::<LeaveRegistered>();
    Ok(Response::new(pb::RegisterLeaveResponse {
        leave: leave.map(|leave| write_registered_leave(call.company(), leave)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn cancel_leave(
    request: Request<pb::CancelLeaveRequest>,
) -> Answered<pb::CancelLeaveResponse> {
    let (call, request) = Call::of(request)?;
    let name: LeaveName = call.name("name", &request.name)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_cancel_leave(request, name);
    let done = ask.carry_out(&command).await?;
    let leave = done.answer::<LeaveCancelled>();
    Ok(Response::new(pb::CancelLeaveResponse {
        leave: leave.map(|leave| write_cancelled_leave(call.company(), leave)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn terminate_employee(
    request: Request<pb::TerminateEmployeeRequest>,
) -> Answered<pb::TerminateEmployeeResponse> {
    let (call, request) = Call::of(request)?;
    let name: EmployeeName = call.name("name", &request.name)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_terminate_employee(request, name)?;
    let done = ask.carry_out(&command).await?;
    let terminated = done.answer::<EmployeeTerminated>();
    Ok(Response::new(pb::TerminateEmployeeResponse {
        employee: terminated.map(|terminated| write_terminated(call.company(), terminated)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn rehire_employee(
    request: Request<pb::RehireEmployeeRequest>,
) -> Answered<pb::RehireEmployeeResponse> {
    let (call, request) = Call::of(request)?;
    let name: EmployeeName = call.name("name", &request.name)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_rehire_employee(request, name)?;
    // As of a change of position.
    call.may_touch(&command.terms.store_id)?;
    let done = ask.carry_out(&command).await?;
    let rehired = done.answer::<EmployeeRehired>();
    Ok(Response::new(pb::RehireEmployeeResponse {
        employee: rehired.map(|rehired| write_rehired(call.company(), rehired)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn correct_admission(
    request: Request<pb::CorrectAdmissionRequest>,
) -> Answered<pb::CorrectAdmissionResponse> {
    let (call, request) = Call::of(request)?;
    let name: EmployeeName = call.name("name", &request.name)?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_correct_admission(request, name)?;
    let done = ask.carry_out(&command).await?;
    let corrected = done.answer::<AdmissionCorrected>();
    Ok(Response::new(pb::CorrectAdmissionResponse {
        employee: corrected.map(|corrected| write_corrected(call.company(), corrected)),
        recorded: done.recorded(),
    }))
}
