//! Who gets in where: every RPC by every role, from the own company, from another and without a token, over gRPC and
//! REST. What is expected is read from the protos, by other code than the product's.

use crate::door;
use std::collections::BTreeSet;

use crate::door::{Answer, COMPANIES, Caller, House, ROLES, Rpc, Wire};
use tonic::Code;

/// Both wires, and the name that a failure is told by.
const WIRES: [Wire; 2] = [Wire::Grpc, Wire::Rest];

/// Which door a call ended at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// A service answered, in whatever way.
    Inside,
    TokenMissing,
    RoleMissing,
    UnknownCompany,
}

/// Sorts an answer, and checks that code and status go together.
fn ended(answer: &Answer) -> Ended {
    let (ended, http) = match answer.reason.as_deref() {
        Some("TOKEN_MISSING") => (Ended::TokenMissing, 401),
        Some("ROLE_MISSING") => (Ended::RoleMissing, 403),
        Some("UNKNOWN_COMPANY") => (Ended::UnknownCompany, 404),
        _ => {
            let inside = ["OK", "INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION"];
            assert!(inside.contains(&answer.code.as_str()), "{answer:?}");
            return Ended::Inside;
        }
    };
    assert_eq!(answer.http.unwrap_or(http), http, "{answer:?}");
    ended
}

#[tokio::test]
async fn every_rpc_lets_in_whom_its_proto_names_and_nobody_else() {
    let house = House::open().await;
    let rpcs = house.rpcs();
    assert!(rpcs.len() >= 17, "{} rpcs", rpcs.len());
    let before = house.heads().await;
    let mut calls = 0;
    for rpc in &rpcs {
        let elsewhere = if rpc.across_companies {
            Ended::Inside
        } else {
            Ended::UnknownCompany
        };
        for role in ROLES {
            let may = rpc.roles.contains(role);
            let own = house.caller(&[&format!("acme/{role}")]);
            let other = house.caller(&[&format!("beta/{role}")]);
            let where_it_may = |ended: Ended| if may { ended } else { Ended::RoleMissing };
            let cases = [
                (&own, None, where_it_may(Ended::Inside)),
                (&own, Some("acme"), where_it_may(Ended::Inside)),
                // With a role there, the path is what gives it away, where there is one.
                (&other, None, where_it_may(elsewhere)),
                (&other, Some("acme"), Ended::UnknownCompany),
                (&other, Some("nowhere"), Ended::UnknownCompany),
            ];
            for (caller, company, expected) in cases {
                let grpc = house.call(Wire::Grpc, rpc, caller, company).await;
                let rest = house.call(Wire::Rest, rpc, caller, company).await;
                for answer in [&grpc, &rest] {
                    let name = &rpc.path;
                    assert_eq!(
                        ended(answer),
                        expected,
                        "{name} as {role}, header {company:?}: {answer:?}"
                    );
                }
                // A request that only one of them understands would prove nothing.
                assert_eq!((grpc.code, grpc.reason), (rest.code, rest.reason), "{}", rpc.path);
                calls += WIRES.len();
            }
        }
        for wire in WIRES {
            let answer = house.call(wire, rpc, &Caller::nobody(), None).await;
            assert_eq!(ended(&answer), Ended::TokenMissing, "{}: {answer:?}", rpc.path);
            assert!(
                answer
                    .challenge
                    .is_some_and(|challenge| challenge.starts_with("Bearer"))
            );
        }
    }
    assert_eq!(calls, rpcs.len() * ROLES.len() * WIRES.len() * 5);
    assert_eq!(
        house.heads().await,
        before,
        "a dry run or a refused call wrote something"
    );
}

#[tokio::test]
async fn a_refusal_says_which_roles_may() {
    let house = House::open().await;
    for wire in WIRES {
        let rpcs = house.rpcs().into_iter();
        for rpc in rpcs.filter(|rpc| !rpc.roles.contains("hr")) {
            let answer = house.call(wire, &rpc, &house.caller(&["acme/hr"]), None).await;
            let told: BTreeSet<String> = answer.metadata["any_of"].split(',').map(str::to_owned).collect();
            assert_eq!(told, rpc.roles, "{}", rpc.path);
            assert_eq!(answer.metadata["company"], "acme");
        }
    }
}

#[tokio::test]
async fn whoever_has_several_companies_chooses_one() {
    let house = House::open().await;
    let both = house.caller(&["acme/owner", "beta/cashier"]);
    for wire in WIRES {
        for rpc in house.rpcs().into_iter().filter(|rpc| !rpc.across_companies) {
            let answer = house.call(wire, &rpc, &both, None).await;
            assert_eq!(answer.reason.as_deref(), Some("COMPANY_NOT_CHOSEN"), "{answer:?}");
            assert_eq!(answer.metadata["companies"], COMPANIES.join(","));
            assert_eq!(answer.http.unwrap_or(400), 400);
            let answer = house.call(wire, &rpc, &both, Some("acme")).await;
            assert_eq!(ended(&answer), Ended::Inside, "{answer:?}");
            // The role counts in its own company only, and so does the path.
            let answer = house.call(wire, &rpc, &both, Some("beta")).await;
            let expected = if rpc.roles.contains("cashier") {
                Ended::UnknownCompany
            } else {
                Ended::RoleMissing
            };
            assert_eq!(ended(&answer), expected, "{answer:?}");
        }
        let nobody = house.caller(&[]);
        let rpc = &house.rpcs()[0];
        let answer = house.call(wire, rpc, &nobody, None).await;
        assert_eq!(answer.reason.as_deref(), Some("NO_MEMBERSHIP"), "{answer:?}");
        // A company that the token has a role in and this server does not serve.
        let elsewhere = house.caller(&["nowhere/owner"]);
        let answer = house.call(wire, rpc, &elsewhere, None).await;
        assert_eq!(ended(&answer), Ended::UnknownCompany, "{answer:?}");
    }
}

#[tokio::test]
async fn a_role_in_one_store_opens_that_store_alone() {
    let house = House::open().await;
    let before = house.heads().await;
    let caller = house.caller(&["acme/owner/sp01"]);
    for wire in WIRES {
        for rpc in house.rpcs() {
            let own = house.call(wire, &rpc, &caller, None).await;
            let foreign = house.call(wire, &rpc.in_store("sp02"), &caller, None).await;
            match expected_outside(&rpc) {
                // The same in every store, or no more than what is in the caller's.
                Some(OPEN_TO_ALL_STORES) => {
                    for answer in [own, foreign] {
                        assert_eq!(ended(&answer), Ended::Inside, "{}: {answer:?}", rpc.path);
                    }
                }
                Some("ROLE_LIMITED_TO_STORE") => {
                    for answer in [own, foreign] {
                        assert_eq!(
                            answer.reason.as_deref(),
                            Some("ROLE_LIMITED_TO_STORE"),
                            "{}",
                            rpc.path
                        );
                        assert_eq!(answer.code, "PERMISSION_DENIED");
                    }
                }
                Some(reason) => {
                    assert_ne!(
                        own.reason.as_deref(),
                        Some(reason),
                        "{} of the own store: {own:?}",
                        rpc.path
                    );
                    assert_eq!(ended(&own), Ended::Inside, "{}: {own:?}", rpc.path);
                    assert_eq!(
                        foreign.reason.as_deref(),
                        Some(reason),
                        "{}: {foreign:?}",
                        rpc.path
                    );
                    assert_eq!(foreign.code, "NOT_FOUND", "{}: {foreign:?}", rpc.path);
                }
                None => panic!("{} names no store; say what holds for it", rpc.path),
            }
        }
    }
    assert_eq!(house.heads().await, before);
}

/// Stands for a call that no store keeps anybody from.
const OPEN_TO_ALL_STORES: &str = "";

/// Calls that name one employee, whose store is looked up and not named.
const OF_ONE_EMPLOYEE: [&str; 11] = [
    "GetEmployee",
    "ListSalaryHistory",
    "HireEmployee",
    "SetPersonalData",
    "ChangePosition",
    "ChangeSalary",
    "RegisterLeave",
    "CancelLeave",
    "TerminateEmployee",
    "RehireEmployee",
    "CorrectAdmission",
];

/// What a call that goes beyond the caller's store must answer, told by the shape of its path.
fn expected_outside(rpc: &Rpc) -> Option<&'static str> {
    let has_store = rpc.template.contains("stores/*") || rpc.has_field("store_id");
    match rpc.name() {
        // The books are of the company as a whole.
        _ if rpc.path.starts_with("/posars.finance.") => Some("ROLE_LIMITED_TO_STORE"),
        // Makes the store, which therefore is nobody's yet.
        "DefineStore" => Some("ROLE_LIMITED_TO_STORE"),
        "ListCompanies" | "GetCompany" | "GetRetentionPolicy" | "ListStores" | "GetProduct"
        | "ListProducts" => Some(OPEN_TO_ALL_STORES),
        // Nobody works there: an employee of another store looks the same, which `employee.rs` tests.
        name if OF_ONE_EMPLOYEE.contains(&name) => Some(OPEN_TO_ALL_STORES),
        _ if rpc.template.contains("sales/*") => Some("SALE_NOT_FOUND"),
        _ if has_store => Some("UNKNOWN_STORE"),
        _ => Some("ROLE_LIMITED_TO_STORE"),
    }
}

#[tokio::test]
async fn what_is_in_another_store_looks_like_nothing() {
    let house = House::open().await;
    let caller = house.caller(&["acme/cashier/sp01"]);
    for wire in WIRES {
        let rpc = house.rpc("GetSale");
        let foreign = house.call(wire, &rpc.in_store("sp02"), &caller, None).await;
        let missing = house
            .call(wire, &rpc.with_sale(door::NO_SALE), &caller, None)
            .await;
        assert_eq!(foreign.code, missing.code);
        assert_eq!(foreign.reason, missing.reason);
        let anonymous = |answer: &Answer| {
            answer
                .message
                .replace(door::SALE_OF_SP02, "SALE")
                .replace(door::NO_SALE, "SALE")
        };
        assert_eq!(anonymous(&foreign), anonymous(&missing));
    }
}

#[tokio::test]
async fn lists_hold_what_is_in_the_callers_stores() {
    let house = House::open().await;
    let one = house.caller(&["acme/manager/sp01"]);
    let two = house.caller(&["acme/manager/sp01", "acme/manager/sp03"]);
    let all = house.caller(&["acme/manager"]);
    for wire in WIRES {
        for name in [
            "ListSales",
            "ListDailySales",
            "ListStockItems",
            "ListStockReceipts",
        ] {
            let rpc = house.rpc(name).in_every_store(house.heads().await[0]);
            let stores = async |caller: &Caller| {
                let answer = house.call(wire, &rpc, caller, None).await;
                answer.stores()
            };
            assert_eq!(stores(&all).await, ["sp01", "sp02"], "{name}");
            assert_eq!(stores(&one).await, ["sp01"], "{name}");
            let answer = house.call(wire, &rpc, &two, None).await;
            assert_eq!(
                answer.reason.as_deref(),
                Some("STORE_NOT_CHOSEN"),
                "{name}: {answer:?}"
            );
            assert_eq!(answer.metadata["stores"], "sp01,sp03");
        }
    }
}

#[tokio::test]
async fn stores_are_listed_to_those_who_may_touch_them() {
    let house = House::open().await;
    let rpc = house.rpc("ListStores").in_every_store(house.heads().await[0]);
    for (memberships, expected) in [
        (&["acme/auditor"][..], &["sp01", "sp02"][..]),
        (&["acme/cashier/sp02"], &["sp02"]),
        (&["acme/cashier/sp02", "acme/stock/sp01"], &["sp01", "sp02"]),
        (&["acme/cashier/sp03"], &[]),
    ] {
        for wire in WIRES {
            let answer = house.call(wire, &rpc, &house.caller(memberships), None).await;
            assert_eq!(answer.stores(), expected, "{memberships:?}");
        }
    }
}

#[tokio::test]
async fn without_a_token_only_health_and_reflection_answer() {
    let house = House::open().await;
    for (path, open) in [
        ("/grpc.health.v1.Health/Check", true),
        ("/posars.sales.v1.SaleService/GetSale", false),
        ("/posars.sales.v1.SaleService/Nothing", false),
        ("/grpc.health.v1.HealthX/Check", false),
    ] {
        let answer = house.raw(path, &Caller::nobody()).await;
        assert_eq!(answer.code == "OK", open, "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_token_that_does_not_hold_says_why() {
    let house = House::open().await;
    let rpc = house.rpc("GetSale");
    let good = house.caller(&["acme/owner"]);
    for wire in WIRES {
        for (caller, reason) in [
            (Caller::with_token("not-a-token"), "TOKEN_MALFORMED"),
            (good.with_broken_signature(), "TOKEN_SIGNATURE"),
            (Caller::with_header("Basic YW5hOmFuYQ=="), "TOKEN_MISSING"),
        ] {
            let answer = house.call(wire, &rpc, &caller, None).await;
            assert_eq!(answer.reason.as_deref(), Some(reason), "{answer:?}");
            assert_eq!(answer.http.unwrap_or(401), 401);
            assert!(answer.challenge.is_some(), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn browsers_pass_the_same_door() {
    let house = House::open().await;
    let mut browser = house.rest.lock().await;
    let path = "/posars.sales.v1.SaleService/ListSales";
    for (caller, expected) in [
        (Caller::nobody(), Code::Unauthenticated),
        (house.caller(&["acme/hr"]), Code::PermissionDenied),
        // Inside: the empty message names no company.
        (house.caller(&["acme/owner"]), Code::InvalidArgument),
    ] {
        let status = browser.grpc_web_status(path, &caller).await;
        assert_eq!(status, i32::from(expected).to_string(), "{expected:?}");
    }
}
