//! A Cognito user pool, emulated, and tokens of it all the way through REST and gRPC.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use posars_gateway::proto::sales::v1::ListSalesRequest;
use posars_gateway::proto::sales::v1::sale_service_client::SaleServiceClient;
use posars_testkit::{AwsEmulator, TestDatabase};
use serde_json::{Value, json};
use tonic::Code;

use crate::support::{Folder, Up, posars};

const PASSWORD: &str = "Correct-Horse-7!";
/// Longer than the pause between two fetches of keys.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(200);

/// A user pool with one client.
pub(crate) struct Pool {
    emulator: &'static AwsEmulator,
    id: String,
    client: String,
}

/// The tokens of one sign-in.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) id: String,
}

impl Pool {
    pub(crate) fn new(emulator: &'static AwsEmulator) -> Self {
        let pool = call(emulator, "CreateUserPool", &json!({"PoolName": "shop"}));
        let id = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        let mut pool = Self {
            emulator,
            id,
            client: String::new(),
        };
        pool.client = pool.add_client("till");
        pool
    }

    /// Another program that people of the pool sign in to; its id.
    fn add_client(&self, name: &str) -> String {
        let asked = json!({"UserPoolId": self.id, "ClientName": name,
                           "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
        let client = call(self.emulator, "CreateUserPoolClient", &asked);
        client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned()
    }

    /// What a process is set to that takes the pool's tokens.
    pub(crate) fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("POSARS_AUTH_ISSUER", self.issuer()),
            (
                "POSARS_AUTH_JWKS",
                format!("{}/{}/.well-known/jwks.json", self.emulator.endpoint(), self.id),
            ),
            ("POSARS_AUTH_CLIENT_IDS", self.client.clone()),
        ]
    }

    /// As in real tokens, which the emulator's are like in this.
    fn issuer(&self) -> String {
        format!("https://cognito-idp.us-east-1.amazonaws.com/{}", self.id)
    }

    pub(crate) fn add_person(&self, name: &str, groups: &[&str]) {
        let pool = &self.id;
        let make = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
        call(self.emulator, "AdminCreateUser", &make);
        let password = json!({"UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true});
        call(self.emulator, "AdminSetUserPassword", &password);
        for group in groups {
            self.add_to_group(name, group);
        }
    }

    fn add_to_group(&self, name: &str, group: &str) {
        let known = json!({"UserPoolId": self.id});
        let groups = call(self.emulator, "ListGroups", &known);
        let is_there = |known: &Value| known["GroupName"] == group;
        if !groups["Groups"].as_array().unwrap().iter().any(is_there) {
            let make = json!({"UserPoolId": self.id, "GroupName": group});
            call(self.emulator, "CreateGroup", &make);
        }
        let add = json!({"UserPoolId": self.id, "Username": name, "GroupName": group});
        call(self.emulator, "AdminAddUserToGroup", &add);
    }

    pub(crate) fn sign_in(&self, name: &str) -> Tokens {
        self.sign_in_to(&self.client, name)
    }

    fn sign_in_to(&self, client: &str, name: &str) -> Tokens {
        let asked = json!({"UserPoolId": self.id, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                           "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD}});
        let answer = call(self.emulator, "AdminInitiateAuth", &asked);
        let token = |name: &str| {
            let token = answer["AuthenticationResult"][name].as_str();
            token.unwrap_or_else(|| panic!("{answer}")).to_owned()
        };
        Tokens {
            access: token("AccessToken"),
            id: token("IdToken"),
        }
    }
}

/// One action of Cognito's API.
fn call(emulator: &AwsEmulator, action: &str, asked: &Value) -> Value {
    let address = emulator.endpoint().trim_start_matches("http://");
    let body = asked.to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    // The emulator looks at the credentials' scope and not at the signature.
    write!(
        stream,
        "POST / HTTP/1.0\r\nHost: {address}\r\nX-Amz-Target: AWSCognitoIdentityProviderService.{action}\r\n\
         Content-Type: application/x-amz-json-1.1\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=test/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{action}: {answer}");
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{action}: {answer}"))
}

/// Status and reason of a GET by REST.
fn rest(up: &Up, path: &str, token: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(up.address()).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: posars\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
    let reason = answer.split("\"reason\":").nth(1).unwrap_or_default();
    let reason = reason.split('"').nth(1).unwrap_or_default().to_owned();
    (status, reason)
}

/// The code of a call by gRPC.
async fn grpc(up: &Up, parent: &str, token: &str) -> Code {
    let mut sales = SaleServiceClient::connect(format!("http://{}", up.address()))
        .await
        .unwrap();
    let mut request = tonic::Request::new(ListSalesRequest {
        parent: parent.to_owned(),
        ..ListSalesRequest::default()
    });
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", bearer);
    match sales.list_sales(request).await {
        Ok(_) => Code::Ok,
        Err(status) => status.code(),
    }
}

/// A server that takes the pool's tokens, on a database and a folder of its own.
async fn serving(pool: &Pool) -> (TestDatabase, Folder, Up) {
    let database = TestDatabase::create().await.unwrap();
    let folder = Folder::new();
    // Beyond this machine, which a server of local tokens refuses.
    let mut command = posars(&["up", "--listen", "127.0.0.1:0"]);
    command
        .env("POSARS_DATABASE_URL", database.url())
        .env("POSARS_MASTER_KEY_FILE", folder.file("master.key"))
        .envs(pool.environment());
    let up = tokio::task::spawn_blocking(|| Up::spawn(command)).await.unwrap();
    (database, folder, up)
}

const SALES: &str = "/v1/companies/main/sales?pageSize=1";

#[tokio::test(flavor = "multi_thread")]
async fn the_pools_access_tokens_pass_and_its_groups_are_the_roles() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let pool = Pool::new(aws);
    let (_database, _folder, up) = serving(&pool).await;
    // Another program's group is nobody's role, and one in a store is no role in the company.
    pool.add_person("ana", &["main/owner", "forum-admins"]);
    pool.add_person("bia", &["main/cashier/centro"]);
    pool.add_person("caio", &["forum-admins"]);
    pool.add_person("duda", &["filial/owner"]);
    let ana = pool.sign_in("ana");
    assert_eq!(rest(&up, SALES, &ana.access).0, 200);
    assert_eq!(grpc(&up, "companies/main", &ana.access).await, Code::Ok);
    // The id token says who signed in, not who may call.
    assert_eq!(rest(&up, SALES, &ana.id), (401, "TOKEN_USE".to_owned()));
    assert_eq!(grpc(&up, "companies/main", &ana.id).await, Code::Unauthenticated);
    let bia = pool.sign_in("bia").access;
    assert_eq!(rest(&up, SALES, &bia).0, 200);
    assert_eq!(rest(&up, "/v1/companies/main/accounts", &bia).0, 403);
    for name in ["caio", "duda"] {
        let token = pool.sign_in(name).access;
        let (status, _) = rest(&up, SALES, &token);
        assert!(matches!(status, 403 | 404), "{name}: {status}");
        assert_ne!(grpc(&up, "companies/main", &token).await, Code::Ok, "{name}");
    }
    // A group counts from the next sign-in on.
    pool.add_to_group("caio", "main/auditor");
    assert_eq!(rest(&up, SALES, &pool.sign_in("caio").access).0, 200);
    // Another program of the same pool is not taken, nor is another pool.
    let forum = pool.add_client("forum");
    let elsewhere = pool.sign_in_to(&forum, "ana").access;
    assert_eq!(rest(&up, SALES, &elsewhere), (401, "TOKEN_AUDIENCE".to_owned()));
    let other = Pool::new(aws);
    other.add_person("ana", &["main/owner"]);
    let (status, _) = rest(&up, SALES, &other.sign_in("ana").access);
    assert_eq!(status, 401);
    let (code, talk) = tokio::task::spawn_blocking(|| up.terminate()).await.unwrap();
    assert_eq!(code, 0, "{talk}");
    for token in [&ana.access, &ana.id, &bia] {
        assert!(!talk.contains(token.as_str()), "a token is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_of_the_pool_are_taken_while_serving_and_old_ones_are_not() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let pool = Pool::new(aws);
    let (_database, _folder, up) = serving(&pool).await;
    pool.add_person("ana", &["main/owner"]);
    let before = pool.sign_in("ana").access;
    assert_eq!(rest(&up, SALES, &before).0, 200);
    aws.rotate_keys(&pool.id).unwrap();
    let deadline = Instant::now() + PATIENCE;
    // The emulator may still sign with the old one; and keys are fetched again after a pause at the earliest.
    loop {
        let after = pool.sign_in("ana").access;
        let is_new = after.split('.').next() != before.split('.').next();
        if is_new && rest(&up, SALES, &after).0 == 200 {
            assert_eq!(grpc(&up, "companies/main", &after).await, Code::Ok);
            break;
        }
        assert!(Instant::now() < deadline, "the new key is not taken");
        tokio::time::sleep(POLL).await;
    }
    let (status, reason) = rest(&up, SALES, &before);
    assert_eq!((status, reason.as_str()), (401, "TOKEN_KEY_UNKNOWN"));
    assert_eq!(grpc(&up, "companies/main", &before).await, Code::Unauthenticated);
    assert_eq!(tokio::task::spawn_blocking(|| up.terminate()).await.unwrap().0, 0);
}
