use tonic::Request;

use super::{Answered, employee_commands, employee_queries};
use crate::proto::hr::v1 as pb;
use crate::proto::hr::v1::employee_service_server::EmployeeService;

/// Keeps employees, and reads them back.
pub(crate) struct EmployeeApi;

#[tonic::async_trait]
impl EmployeeService for EmployeeApi {
    async fn hire_employee(
        &self,
        request: Request<pb::HireEmployeeRequest>,
    ) -> Answered<pb::HireEmployeeResponse> {
        employee_commands::hire_employee(request).await
    }

    async fn set_personal_data(
        &self,
        request: Request<pb::SetPersonalDataRequest>,
    ) -> Answered<pb::SetPersonalDataResponse> {
        employee_commands::set_personal_data(request).await
    }

    async fn change_position(
        &self,
        request: Request<pb::ChangePositionRequest>,
    ) -> Answered<pb::ChangePositionResponse> {
        employee_commands::change_position(request).await
    }

    async fn change_salary(
        &self,
        request: Request<pb::ChangeSalaryRequest>,
    ) -> Answered<pb::ChangeSalaryResponse> {
        employee_commands::change_salary(request).await
    }

    async fn register_leave(
        &self,
        request: Request<pb::RegisterLeaveRequest>,
    ) -> Answered<pb::RegisterLeaveResponse> {
        employee_commands::register_leave(request).await
    }

    async fn cancel_leave(
        &self,
        request: Request<pb::CancelLeaveRequest>,
    ) -> Answered<pb::CancelLeaveResponse> {
        employee_commands::cancel_leave(request).await
    }

    async fn terminate_employee(
        &self,
        request: Request<pb::TerminateEmployeeRequest>,
    ) -> Answered<pb::TerminateEmployeeResponse> {
        employee_commands::terminate_employee(request).await
    }

    async fn rehire_employee(
        &self,
        request: Request<pb::RehireEmployeeRequest>,
    ) -> Answered<pb::RehireEmployeeResponse> {
        employee_commands::rehire_employee(request).await
    }

    async fn correct_admission(
        &self,
        request: Request<pb::CorrectAdmissionRequest>,
    ) -> Answered<pb::CorrectAdmissionResponse> {
        employee_commands::correct_admission(request).await
    }

    async fn get_employee(
        &self,
        request: Request<pb::GetEmployeeRequest>,
    ) -> Answered<pb::GetEmployeeResponse> {
        employee_queries::get_employee(request).await
    }

    async fn list_employees(
        &self,
        request: Request<pb::ListEmployeesRequest>,
    ) -> Answered<pb::ListEmployeesResponse> {
        employee_queries::list_employees(request).await
    }

    async fn list_salary_history(
        &self,
        request: Request<pb::ListSalaryHistoryRequest>,
    ) -> Answered<pb::ListSalaryHistoryResponse> {
        employee_queries::list_salary_history(request).await
    }

    async fn list_leaves(&self, request: Request<pb::ListLeavesRequest>) -> Answered<pb::ListLeavesResponse> {
        employee_queries::list_leaves(request).await
    }
}
