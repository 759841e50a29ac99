//! `UserService` and `ListCompanies`: who may do what, over gRPC and REST.

use crate::door::{Answer, Caller, House, Wire};
use crate::shop::{COMPANY, Shop, refused};
use posars_gateway::proto::identity::v1::user_service_client::UserServiceClient;
use posars_gateway::proto::identity::v1::{GetUserRequest, ListUsersRequest};
use posars_gateway::proto::sales::v1::DefineCompanyRequest;
use serde_json::{Value, json};
use tonic::Code;

const WIRES: [Wire; 2] = [Wire::Grpc, Wire::Rest];

impl House {
    /// Calls an RPC with some fields of its request set.
    async fn ask(&self, wire: Wire, rpc: &str, fields: &[(&str, &str)], caller: &Caller) -> Answer {
        let rpc = self.rpc(rpc).with_fields(fields);
        self.call(wire, &rpc, caller, None).await
    }

    /// A list in pages of one row.
    async fn list_by_one(&self, wire: Wire, rpc: &str, rows: &str, caller: &Caller) -> Vec<Value> {
        let mut all = Vec::new();
        let mut token = String::new();
        loop {
            let fields = [("page_size", "1"), ("page_token", token.as_str())];
            let answer = self.ask(wire, rpc, &fields, caller).await;
            let page = answer.body()[rows].as_array().cloned().unwrap_or_default();
            assert!(page.len() <= 1, "{page:?}");
            all.extend(page);
            match answer.body()["nextPageToken"].as_str() {
                None | Some("") => return all,
                Some(next) => token = next.to_owned(),
            }
        }
    }

    async fn grant(&self, subject: &str, name: &str, grants: &[&str]) {
        self.users.add(subject, name).await.unwrap();
        for grant in grants {
            self.users.grant(subject, &grant.parse().unwrap()).await.unwrap();
        }
    }
}

/// The subject and the grants of a user, or the id and the grants of a company; each grant as `role` or `role/store`.
fn told<'row>(row: &'row Value, id: &str) -> (&'row str, Vec<String>) {
    let grants = row["grants"].as_array().unwrap().iter();
    let grants = grants.map(|grant| {
        let role = grant["role"].as_str().unwrap().to_owned();
        // A field without content is not there over gRPC.
        match grant["storeId"].as_str().unwrap_or_default() {
            "" => role,
            store => format!("{role}/{store}"),
        }
    });
    (row[id].as_str().unwrap(), grants.collect())
}

fn grants(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn an_owner_sees_who_was_granted_what_in_their_company_alone() {
    let house = House::open().await;
    house
        .grant("ana", "Ana Souza", &["acme/owner", "beta/cashier"])
        .await;
    house.grant("bia", "Bia", &["beta/owner"]).await;
    house
        .grant("caio/x", "Caio", &["acme/stock", "acme/cashier/sp01"])
        .await;
    house.grant("dora", "Dora", &[]).await;
    let owner = house.caller(&["acme/owner"]);
    for wire in WIRES {
        let users = house.list_by_one(wire, "ListUsers", "users", &owner).await;
        let shown: Vec<_> = users.iter().map(|user| told(user, "subject")).collect();
        let of_caio = grants(&["ROLE_CASHIER/sp01", "ROLE_STOCK"]);
        assert_eq!(
            shown,
            [("ana", grants(&["ROLE_OWNER"])), ("caio/x", of_caio)],
            "{wire:?}"
        );
        assert_eq!(users[1]["name"], "companies/acme/users/caio%2Fx");
        assert_eq!(users[0]["displayName"], "Ana Souza");
        assert!(users[0]["createTime"].is_string());

        let one = house.ask(wire, "GetUser", &[], &owner).await;
        assert_eq!(one.body()["user"], users[0]);
        for nobody in ["bia", "dora", "nobody", "a%00b"] {
            let name = format!("{COMPANY}/users/{nobody}");
            let answer = house.ask(wire, "GetUser", &[("name", &name)], &owner).await;
            assert_eq!(answer.code, "NOT_FOUND", "{nobody}: {answer:?}");
            assert_eq!(answer.reason.as_deref(), Some("USER_NOT_FOUND"));
        }
    }
}

#[tokio::test]
async fn a_server_of_another_issuer_says_that_it_has_no_users() {
    let shop = Shop::empty().await;
    let mut users = UserServiceClient::new(shop.channel.clone());
    let list = ListUsersRequest {
        parent: COMPANY.into(),
        ..Default::default()
    };
    let answer = users.list_users(list).await;
    refused(answer, Code::FailedPrecondition, "USERS_ELSEWHERE");
    let get = GetUserRequest {
        name: format!("{COMPANY}/users/ana"),
    };
    let answer = users.get_user(get).await;
    refused(answer, Code::FailedPrecondition, "USERS_ELSEWHERE");
}

#[tokio::test]
async fn whoever_signs_in_sees_the_companies_that_are_theirs() {
    let house = House::open().await;
    let owner = house.caller(&["acme/owner"]);
    let define = DefineCompanyRequest {
        company_id: "acme".into(),
        display_name: "Acme Ltda".into(),
        currency_code: "BRL".into(),
        ..Default::default()
    };
    house.define_company(define).await;
    // The read model of companies has caught up once the company can be read with the position of its definition.
    let head = house.heads().await[0];
    let read = house.rpc("GetCompany").in_every_store(head);
    house.call(Wire::Grpc, &read, &owner, None).await.body();
    let both = house.caller(&["beta/hr", "acme/cashier/sp01", "acme/auditor", "nowhere/owner"]);
    for wire in WIRES {
        let listed = house.list_by_one(wire, "ListCompanies", "companies", &both).await;
        let shown: Vec<_> = listed.iter().map(|company| told(company, "companyId")).collect();
        let of_acme = grants(&["ROLE_CASHIER/sp01", "ROLE_AUDITOR"]);
        assert_eq!(
            shown,
            [("acme", of_acme), ("beta", grants(&["ROLE_HR"]))],
            "what is not served here is not told"
        );
        assert_eq!(
            (&listed[0]["name"], &listed[0]["displayName"]),
            (&json!("companies/acme"), &json!("Acme Ltda"))
        );
        assert_eq!(listed[1]["displayName"].as_str().unwrap_or_default(), "");

        // The header narrows it to one.
        let rpc = house.rpc("ListCompanies");
        let one = house.call(wire, &rpc, &both, Some("beta")).await;
        let one = one.body()["companies"].as_array().unwrap();
        assert_eq!((one.len(), &one[0]["companyId"]), (1, &json!("beta")));
        let foreign = house.call(wire, &rpc, &owner, Some("beta")).await;
        assert_eq!(foreign.reason.as_deref(), Some("UNKNOWN_COMPANY"), "{foreign:?}");
        let nobody = house.call(wire, &rpc, &house.caller(&[]), None).await;
        assert_eq!(nobody.reason.as_deref(), Some("NO_MEMBERSHIP"), "{nobody:?}");
    }
}
