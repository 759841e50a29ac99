//! What is read of employees: each as the caller may see them.

use posars_domain::employee::EmployeeRejection;
use posars_domain::{EmployeeId, StoreId, reasons};
use posars_projections::{EmployeeFilter, EmployeeRow, Freshness, LeaveFilter, Page, PageRequest, searched};
use tonic::{Request, Response, Status};

use super::Answered;
use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::hr::v1 as pb;
use crate::status;
use crate::visibility::{Sees, Sort, reveal, reveal_or_refuse};
use crate::wire::people::{
    EmployeeName, read_state, sealed_name, sealed_of_employee, sealed_of_step, write_employee,
    write_leave_row, write_salary_step,
};
use crate::wire::{CompanyName, Reader, ResourceName as _, check_date_range, given, read_optional_date};

/// Characters of a name that is looked for.
const TEXT_CHARS_MAX: usize = 200;
/// Employees whose names are opened at once when one is looked for.
const LOOKED_AT_ONCE: u32 = 1_000;
/// Employees whose names are opened for one page: a page may then have fewer than it could, and the next one goes on.
const LOOKED_AT_MAX: usize = 10_000;

pub(super) async fn get_employee(
    request: Request<pb::GetEmployeeRequest>,
) -> Answered<pb::GetEmployeeResponse> {
    let (call, request) = Call::of(request)?;
    let EmployeeName { employee_id } = call.name("name", &request.name)?;
    let freshness = call.freshness(request.min_position);
    let mut reader = Reader::new();
    let day = read_optional_date(&mut reader, "as_of", request.as_of);
    let day = reader.finish(day)?.unwrap_or_else(|| call.today());
    let projections = call.tenant().projections();
    let answer = projections
        .employee(&employee_id, day, call.today(), freshness)
        .await;
    let (found, position) = answer.map_err(|error| status::from_query(&error))?;
    let found = found.filter(|(employee, _)| call.may_touch(&employee.terms.store_id).is_ok());
    let (mut employee, employments) = found.ok_or_else(|| unknown(&employee_id))?;
    let sees = sees(&call, &employee);
    let fields = sealed_of_employee(&mut employee);
    let hidden = reveal(call.tenant().commands(), [(sees.clone(), fields)]).await?;
    let hidden = hidden.into_iter().next().unwrap_or_default();
    Ok(Response::new(pb::GetEmployeeResponse {
        employee: Some(write_employee(
            call.company(),
            &employee,
            &employments,
            (&sees, hidden),
        )),
        position: position.get(),
    }))
}

pub(super) async fn list_employees(
    request: Request<pb::ListEmployeesRequest>,
) -> Answered<pb::ListEmployeesResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    let freshness = call.freshness(request.min_position);
    let (asked, page) = read_list_employees(&call, request)?;
    let filter = EmployeeFilter {
        stores: call.stores_asked(asked.filter.stores)?,
        ..asked.filter
    };
    let mut found = match &asked.words {
        Some(words) => named(&call, &filter, words, &page, freshness).await?,
        None => list(&call, &filter, &page.request(), freshness).await?,
    };
    let seen: Vec<Sees> = found.rows.iter().map(|employee| sees(&call, employee)).collect();
    let rows = found.rows.iter_mut().zip(&seen);
    let sealed = rows.map(|(employee, sees)| (sees.clone(), sealed_of_employee(employee)));
    let hidden = reveal(call.tenant().commands(), sealed).await?;
    let employees = found.rows.iter().zip(seen.iter().zip(hidden));
    Ok(Response::new(pb::ListEmployeesResponse {
        employees: employees
            .map(|(employee, shown)| write_employee(call.company(), employee, &[], shown))
            .collect(),
        next_page_token: page.next_token(found.position, found.next),
        position: found.position.get(),
    }))
}

pub(super) async fn list_salary_history(
    request: Request<pb::ListSalaryHistoryRequest>,
) -> Answered<pb::ListSalaryHistoryResponse> {
    let (call, mut request) = Call::of(request)?;
    let name: EmployeeName = call.name("parent", &request.parent)?;
    let freshness = call.freshness(request.min_position);
    let page = page_asked!(request)?;
    let projections = call.tenant().projections();
    let answer = projections
        .employee(&name.employee_id, call.today(), call.today(), freshness)
        .await;
    let (employee, _) = answer.map_err(|error| status::from_query(&error))?;
    let employee = employee.map(|(employee, _)| employee);
    let employee = employee.filter(|employee| call.may_touch(&employee.terms.store_id).is_ok());
    let employee = employee.ok_or_else(|| unknown(&name.employee_id))?;
    let answer = projections
        .list_employee_salaries(&name.employee_id, &page.request(), freshness)
        .await;
    let mut steps = answer.map_err(|error| status::from_query(&error))?;
    let sees = sees(&call, &employee);
    let rows = steps.rows.iter_mut();
    let sealed = rows.map(|step| (sees.clone(), sealed_of_step(&employee.subject_id, step)));
    let hidden = reveal(call.tenant().commands(), sealed).await?;
    let name = name.of(call.company());
    let changes = steps.rows.iter().zip(hidden);
    Ok(Response::new(pb::ListSalaryHistoryResponse {
        salary_changes: changes
            .map(|(step, hidden)| write_salary_step(&name, step, hidden))
            .collect(),
        next_page_token: page.next_token(steps.position, steps.next),
        position: steps.position.get(),
    }))
}

pub(super) async fn list_leaves(request: Request<pb::ListLeavesRequest>) -> Answered<pb::ListLeavesResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    let freshness = call.freshness(request.min_position);
    let (mut filter, page) = read_list_leaves(&call, request)?;
    filter.stores = call.stores_asked(filter.stores)?;
    let projections = call.tenant().projections();
    let answer = projections.list_leaves(&filter, &page.request(), freshness).await;
    let answer = answer.map_err(|error| status::from_query(&error))?;
    let leaves = answer.rows.iter();
    Ok(Response::new(pb::ListLeavesResponse {
        leaves: leaves
            .map(|leave| {
                let sees = call.sees_in(leave.store_id.as_ref());
                write_leave_row(call.company(), leave, &sees)
            })
            .collect(),
        next_page_token: page.next_token(answer.position, answer.next),
        position: answer.position.get(),
    }))
}

/// What the caller sees of an employee on a day: what their roles show in the store where the employee works on that day;
/// of what is known of the person now, what they show where the employee works today.
fn sees(call: &Call, employee: &EmployeeRow) -> Sees {
    let today = call.sees_in(Some(&employee.store_today));
    call.sees_in(Some(&employee.terms.store_id)).and_now(today)
}

/// An employee who is not there, or who works in a store of others.
fn unknown(employee_id: &EmployeeId) -> Status {
    status::from_rejection(&EmployeeRejection::EmployeeUnknown {
        employee_id: employee_id.clone(),
    })
}

async fn list(
    call: &Call,
    filter: &EmployeeFilter,
    page: &PageRequest,
    freshness: Freshness,
) -> Result<Page<EmployeeRow>, Status> {
    let projections = call.tenant().projections();
    let answer = projections.list_employees(filter, page, freshness).await;
    answer.map_err(|error| status::from_query(&error))
}

/// A page of employees whose names hold all the words. Names are sealed, so they are opened to be looked at: those that the
/// caller sees, a stretch at a time.
async fn named(
    call: &Call,
    filter: &EmployeeFilter,
    words: &[String],
    page: &PageAsked,
    freshness: Freshness,
) -> Result<Page<EmployeeRow>, Status> {
    let rows_max = usize::try_from(page.rows_max).unwrap_or(usize::MAX);
    let commands = call.tenant().commands();
    let mut request = PageRequest {
        rows_max: LOOKED_AT_ONCE,
        ..page.request()
    };
    let mut found = Vec::new();
    let mut looked_at = 0;
    loop {
        let mut stretch = list(call, filter, &request, freshness).await?;
        looked_at += stretch.rows.len();
        let names = stretch.rows.iter_mut().map(|employee| {
            let sees = sees(call, employee);
            (sees, sealed_name(employee).into_iter().collect())
        });
        reveal_or_refuse(commands, names).await?;
        let mut next = stretch.next;
        for employee in stretch.rows {
            if found.len() == rows_max {
                // The page is full before the stretch ends: the next one begins behind its last employee.
                next = found
                    .last()
                    .map(|last: &EmployeeRow| vec![last.employee_id.to_string()]);
                break;
            }
            if is_named(&employee, words) {
                found.push(employee);
            }
        }
        if next.is_none() || found.len() == rows_max || looked_at >= LOOKED_AT_MAX {
            return Ok(Page {
                rows: found,
                next,
                position: stretch.position,
            });
        }
        request.after = next;
    }
}

fn is_named(employee: &EmployeeRow, words: &[String]) -> bool {
    let name = employee.data.name.as_ref();
    let name = name.and_then(|name| name.data.clear());
    name.map(|name| searched(name))
        .is_some_and(|name| words.iter().all(|word| name.contains(word.as_str())))
}

/// Which employees a list asks for.
struct Asked {
    /// Names the store that was asked for, whether or not the caller may see it.
    filter: EmployeeFilter,
    /// What their names hold.
    words: Option<Vec<String>>,
}

fn read_list_employees(
    call: &Call,
    mut request: pb::ListEmployeesRequest,
) -> Result<(Asked, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let day = read_optional_date(&mut reader, "as_of", request.as_of);
    let store_id = reader.optional::<StoreId>("store_id", &request.store_id);
    let state = read_state(&mut reader, "state", request.state);
    let words = read_words(call, &mut reader, &request.text);
    let asked = (|| {
        Some(Asked {
            filter: EmployeeFilter {
                day: day?.unwrap_or_else(|| call.today()),
                today: call.today(),
                stores: store_id?.map(|store_id| vec![store_id]),
                job: given(request.job_title),
                state: state?,
            },
            words: words?,
        })
    })();
    reader.finish(asked.zip(page))
}

/// Reads the words that a name is to hold; `Some(None)` when there are none. Whoever sees no names may not look for them:
/// an answer would tell who is named so.
fn read_words(call: &Call, reader: &mut Reader, text: &str) -> Option<Option<Vec<String>>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    if text.chars().nth(TEXT_CHARS_MAX).is_some() {
        let problem = format!("this field holds at most {TEXT_CHARS_MAX} characters");
        reader.refuse("text", reasons::TEXT_TOO_LONG, problem);
        return None;
    }
    if !call.sees_somewhere(Sort::Name) {
        let problem = "names are not for your role; leave it out";
        reader.refuse("text", reasons::VALUE_NOT_ALLOWED, problem);
        return None;
    }
    Some(Some(text.split_whitespace().map(searched).collect()))
}

/// The filter names the store that was asked for, whether or not the caller may see it.
fn read_list_leaves(
    call: &Call,
    mut request: pb::ListLeavesRequest,
) -> Result<(LeaveFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let from = read_optional_date(&mut reader, "start_date", request.start_date);
    let to = read_optional_date(&mut reader, "end_date", request.end_date);
    check_date_range(&mut reader, from.flatten(), to.flatten());
    let store_id = reader.optional::<StoreId>("store_id", &request.store_id);
    let employee_id = reader.optional("employee_id", &request.employee_id);
    let kind = reader.optional("kind", &request.kind);
    if !request.kind.is_empty() && !call.sees_everywhere(Sort::Absence) {
        let problem = "why somebody is away is not for your role; leave it out";
        reader.refuse("kind", reasons::VALUE_NOT_ALLOWED, problem);
    }
    let filter = (|| {
        Some(LeaveFilter {
            from: from?,
            to: to?,
            stores: store_id?.map(|store_id| vec![store_id]),
            employee_id: employee_id?,
            kind: kind?,
            with_cancelled: request.show_cancelled,
        })
    })();
    reader.finish(filter.zip(page))
}
