//! Personal data and secrets stay where they belong: planted in everything that the product is given, and looked for in
//! everything that it says of itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use posars_gateway::proto::sales::v1::GetSaleRequest;
use posars_gateway::proto::sales::v1::sale_service_client::SaleServiceClient;
use posars_identity::{Grantee, LocalIssuer};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::canary_people::{EMPLOYEE_CPFS, NUMBERS, REASON, SEALED, employ};
use crate::support::{Folder, Ran, Up, posars};
use crate::traces::collector;

/// A customer's, with check digits that agree, as digits and as people write it.
const CPF: [&str; 2] = ["39053344705", "390.533.447-05"];
/// The same mistyped.
const CPF_MISTYPED: [&str; 2] = ["39053344706", "390.533.447-06"];
const CUSTOMER: &str = "Zuleica Quintanilha";
const SELLER: &str = "Aparecida Vasconcelos";
const PHONE: &str = "98877-6655";
/// Who is signed in; with Cognito often an address of e-mail.
const SUBJECT: &str = "ana.canario@loja.example";
const PASSWORD: &str = "senha-do-canario";
/// What stands where a token belongs and is none.
const NO_TOKEN: &str = "canarinho-amarelo-4711";
const SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60";
const OTHER_SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f61";
const NO_SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f6f";
const SALES: &str = "POST /v1/companies/main/sales";

/// Everything that was said, by where.
#[derive(Default)]
struct Said {
    texts: Vec<(String, String)>,
    /// Calls that were answered and should have been refused.
    unexpected: Vec<String>,
}

impl Said {
    fn note(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.texts.push((place.into(), text.into()));
    }

    fn note_run(&mut self, place: &str, ran: &Ran) {
        self.note(format!("stdout of {place}"), &ran.out);
        self.note(format!("stderr of {place}"), &ran.talk);
    }

    fn assert_without(&self, canaries: &[&str]) {
        let mut found = Vec::new();
        for (place, text) in &self.texts {
            for canary in canaries {
                if let Some(at) = text.find(canary) {
                    let from = text.floor_char_boundary(at.saturating_sub(120));
                    let to = text.ceil_char_boundary((at + 120).min(text.len()));
                    found.push(format!("{place} has {canary}: …{}…", &text[from..to]));
                }
            }
        }
        assert!(
            self.unexpected.is_empty(),
            "not refused:\n{}",
            self.unexpected.join("\n")
        );
        assert!(found.is_empty(), "personal data got out:\n{}", found.join("\n"));
    }
}

/// Calls over REST, whose refusals are kept.
pub(crate) struct Till<'said> {
    address: String,
    authorization: String,
    said: &'said mut Said,
}

impl Till<'_> {
    fn call(&mut self, line: &str, authorization: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nhost: posars\r\nconnection: close\r\nauthorization: {authorization}\r\n\
             accept-language: pt-BR\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    /// A call that must succeed. Its answer is the caller's own data and may hold all of it.
    pub(crate) fn done(&mut self, line: &str, body: &Value) {
        let authorization = self.authorization.clone();
        let (status, answer) = self.call(line, &authorization, &body.to_string());
        assert_eq!(status, 200, "{line}: {answer}");
    }

    /// A call that must be refused, by its caller's fault.
    pub(crate) fn refused(&mut self, line: &str, body: &str) {
        let authorization = self.authorization.clone();
        self.refused_as(&authorization, line, body);
    }

    fn refused_as(&mut self, authorization: &str, line: &str, body: &str) {
        let (status, answer) = self.call(line, authorization, body);
        if !(400..500).contains(&status) {
            self.said.unexpected.push(format!("{line} {body}: {answer}"));
        }
        self.said.note(
            format!("the answer to {}", line.split(['?', '0']).next().unwrap()),
            answer,
        );
    }
}

fn sale(sale_id: &str, tax_id: &str) -> Value {
    json!({
        "saleId": sale_id,
        "storeId": "sp01",
        "registerNo": "1",
        "occurTime": "2026-01-05T15:00:00Z",
        "lines": [{"sku": "cafe", "description": "Café", "quantity": {"value": "1"}, "unitPrice": {"value": "19.90"}}],
        "payments": [{"method": "pix", "amount": {"currencyCode": "BRL", "amountMinor": "1990"}}],
        "total": {"currencyCode": "BRL", "amountMinor": "1990"},
        "customer": {"subjectId": "customer-1", "taxId": tax_id, "name": CUSTOMER},
        "seller": SELLER,
    })
}

/// A sale with one field changed.
fn with(mut sale: Value, pointer: &str, value: impl Into<Value>) -> String {
    *sale.pointer_mut(pointer).unwrap() = value.into();
    sale.to_string()
}

fn other_sale() -> Value {
    sale(OTHER_SALE, CPF[0])
}

fn sell(till: &mut Till<'_>) {
    till.done(
        "POST /v1/companies/main/stores",
        &json!({"storeId": "sp01", "displayName": "Loja", "timeZone": "America/Sao_Paulo", "dayCutover": "04:00",
                "currencyCode": "BRL"}),
    );
    till.done(SALES, &sale(SALE, CPF[1]));
    // The same sale with other content.
    till.refused(SALES, &with(sale(SALE, CPF[0]), "/seller", CUSTOMER));
    for mistyped in CPF_MISTYPED {
        till.refused(SALES, &sale(OTHER_SALE, mistyped).to_string());
    }
    // Another buyer under the same id.
    till.refused(
        SALES,
        &with(sale(SALE, CPF[0]), "/customer/name", "Zuleica Outra"),
    );
    // Data in the wrong field, of the right and of the wrong kind.
    for (pointer, value) in [
        ("/customer/subjectId", CUSTOMER),
        ("/lines/0/quantity/value", CPF[0]),
        ("/occurTime", CUSTOMER),
        ("/total/amountMinor", CPF[1]),
        ("/total/amountMinor", CUSTOMER),
        ("/total/currencyCode", CPF[0]),
        ("/saleId", CPF[1]),
        ("/storeId", CPF[1]),
    ] {
        till.refused(SALES, &with(other_sale(), pointer, value));
    }
    // Nobody can tell a name in a field for codes. It is repeated to who sent it, and to nobody else.
    for (pointer, value) in [("/registerNo", CUSTOMER), ("/lines/0/quantity/value", PHONE)] {
        let authorization = till.authorization.clone();
        let (status, _) = till.call(SALES, &authorization, &with(other_sale(), pointer, value));
        assert_eq!(status, 400);
    }
}

/// Bodies and paths that cannot be read, and data in them.
fn sell_carelessly(till: &mut Till<'_>) {
    till.refused(
        SALES,
        &with(other_sale(), "/seller", format!("{CUSTOMER} {}", "x".repeat(300))),
    );
    till.refused(SALES, &with(other_sale(), "/seller", format!("{CUSTOMER}\u{1}")));
    for (field, name) in [
        ("name", format!("{CUSTOMER}\u{1}")),
        ("name", CUSTOMER.repeat(20)),
        ("taxId", CUSTOMER.into()),
    ] {
        till.refused(SALES, &with(other_sale(), &format!("/customer/{field}"), name));
    }
    till.refused(SALES, &with(other_sale(), "/customer", CUSTOMER));
    till.refused(
        SALES,
        &with(
            other_sale(),
            "/lines",
            json!([{"sku": CUSTOMER, "nome": CUSTOMER}]),
        ),
    );
    till.refused(
        SALES,
        &format!(
            "{{\"seller\": \"{CUSTOMER}\", \"customer\": {{\"taxId\": \"{}\"",
            CPF[0]
        ),
    );
    till.refused(SALES, &format!("{CUSTOMER} {}", CPF[0]));
    for query in [
        format!("customer.tax_id={}&nome=Zuleica", CPF[0]),
        format!("{}=1", CPF[0]),
        format!("{}=1", CPF[1]),
    ] {
        till.refused(&format!("{SALES}?{query}"), &other_sale().to_string());
    }
    for cpf in CPF {
        till.refused(SALES, &json!({cpf: 1}).to_string());
        till.refused(SALES, &json!({"customer": {cpf: 1}}).to_string());
    }
    till.done(SALES, &other_sale());
    till.refused(&format!("GET /v1/companies/main/sales/{}", CPF[1]), "");
    till.refused(&format!("GET /v1/clientes/{}", CPF[0]), "");
    till.refused(
        &format!("{SALES}/{NO_SALE}:void"),
        &json!({"reason": format!("{CUSTOMER}, {PHONE}")}).to_string(),
    );
    till.refused(
        "POST /v1/companies/main/products",
        &json!({"product": {"sku": "x", "gtin": CPF[0]}, "sku": "x", "displayName": CUSTOMER}).to_string(),
    );
    till.refused(
        "POST /v1/companies/main/stores",
        &json!({"storeId": "rj02", "displayName": CUSTOMER, "cnpj": CPF_MISTYPED[1], "timeZone": "America/Sao_Paulo",
                "dayCutover": "04:00", "currencyCode": "BRL"})
        .to_string(),
    );
}

/// Every way to show a token that is none, over REST and gRPC.
async fn knock(till: &mut Till<'_>, token: &str) -> Vec<String> {
    let list = "GET /v1/companies/main/sales";
    let (unsigned, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{unsigned}.{}", signature.chars().rev().collect::<String>());
    let shown = [
        format!("Bearer {forged}"),
        format!("Bearer {NO_TOKEN}"),
        format!("Bearer {NO_TOKEN}.{NO_TOKEN}.{NO_TOKEN}"),
        format!("Basic {NO_TOKEN}"),
        NO_TOKEN.to_owned(),
        format!("Bearer {}", NO_TOKEN.repeat(400)),
    ];
    for authorization in &shown {
        till.refused_as(authorization, list, "");
    }
    till.refused_as("", &format!("{list}?access_token={token}"), "");
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", till.address))
        .unwrap()
        .connect()
        .await
        .unwrap();
    for authorization in &shown[..3] {
        let mut request = tonic::Request::new(GetSaleRequest {
            name: format!("companies/main/sales/{}", CPF[1]),
            ..Default::default()
        });
        let authorization = authorization.parse().unwrap();
        request.metadata_mut().insert("authorization", authorization);
        let refused = SaleServiceClient::new(channel.clone())
            .get_sale(request)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), tonic::Code::Unauthenticated);
        till.said.note(
            "a gRPC status",
            format!("{refused:?} {}", String::from_utf8_lossy(refused.details())),
        );
    }
    vec![token.to_owned(), signature.to_owned(), forged]
}

/// Two good rows, one with a mistyped CPF and one whose data stand in the wrong columns.
fn write_sheet(path: &Path) {
    let titles = [
        "Código Venda",
        "Data",
        "Loja",
        "Produto",
        "Quantidade",
        "Valor Unitário",
        "Valor Final",
        "Vendedor",
        "Cliente",
        "CPF Cliente",
    ];
    let row = |receipt, quantity, cpf| {
        [
            receipt,
            "05/01/2026",
            "Loja Centro",
            "Boné",
            quantity,
            "45,00",
            "45,00",
            SELLER,
            CUSTOMER,
            cpf,
        ]
    };
    let rows = [
        titles,
        row("1", "1", CPF[1]),
        row("2", "1", CPF[0]),
        row("3", "1", CPF_MISTYPED[1]),
        row("4", CPF[0], CPF[0]),
    ];
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (number, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(number, column, cell).unwrap();
        }
    }
    workbook.save(path).unwrap();
}

fn run_loudly(arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = posars(arguments);
    command.env("POSARS_LOG", "trace");
    command.envs(environment.iter().copied());
    command.output().unwrap().into()
}

/// Databases that cannot be reached or named, each with a password in its URL.
fn fail_with_passwords(said: &mut Said) {
    for url in [
        format!("postgres://posars:{PASSWORD}@127.0.0.1:1/posars"),
        format!("host=127.0.0.1 port=1 user=posars password={PASSWORD} dbname=posars"),
        format!("postgres://posars:{PASSWORD}@127.0.0.1:none/posars"),
        format!("host=127.0.0.1 port=1 user=posars passwort={PASSWORD}"),
        format!("password={PASSWORD} '"),
    ] {
        for command in [
            &["migrate"][..],
            &["doctor"],
            &["audit", "verify"],
            &["up", "--listen", "127.0.0.1:0"],
        ] {
            let ran = run_loudly(command, &[("POSARS_DATABASE_URL", &url)]);
            assert!(ran.code != 0, "{command:?} {url}: {ran}");
            said.note_run(command[0], &ran);
        }
        let ran = run_loudly(&["migrate", "--database-url", &url], &[]);
        said.note_run("migrate --database-url", &ran);
    }
}

fn note_files(said: &mut Said, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() && !name.ends_with("base") && !name.ends_with("pg_wal") {
            note_files(said, &path);
        } else if name.ends_with(".log") {
            said.note(name, String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        }
    }
}

/// Nothing of a person stands in the log or in any file of the data folder: tables, indexes, write-ahead log.
fn assert_sealed_on_disk(folder: &Path, exported: &str) {
    let canaries: Vec<&str> = SEALED.into_iter().chain(EMPLOYEE_CPFS).collect();
    for canary in canaries.iter().chain(&NUMBERS) {
        assert!(!exported.contains(canary), "the log has {canary}");
    }
    let mut folders = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
                continue;
            }
            // A socket or a pipe has nothing to read.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            files += 1;
            for canary in &canaries {
                assert!(
                    !holds(&bytes, canary.as_bytes()),
                    "{} has {canary}",
                    path.display()
                );
            }
        }
    }
    assert!(files > 100, "{files} files");
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    let first = wanted[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        rest = &rest[at..];
        if rest.starts_with(wanted) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

fn import(said: &mut Said, folder: &Folder) {
    let sheet = folder.file("vendas.xlsx");
    write_sheet(&sheet);
    let ran = run_loudly(
        &[
            "import",
            &sheet.display().to_string(),
            "--define-missing",
            "--data",
            &folder.data(),
        ],
        &[],
    );
    let imported = ran.json();
    assert_eq!(imported["records"]["accepted"], 2, "{ran}");
    assert_eq!(imported["rows"]["refused"], 2, "{ran}");
    said.note_run("import", &ran);
}

fn owners_token(folder: &Folder) -> String {
    let issuer = LocalIssuer::read(&folder.file("data/identity")).unwrap();
    let grantee = Grantee {
        subject: SUBJECT.to_owned(),
        memberships: vec!["main/owner".parse().unwrap()],
    };
    issuer.issue(&grantee, Duration::from_secs(3600)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_personal_datum_and_no_secret_gets_out() {
    let (endpoint, received) = collector().await;
    let folder = Folder::new();
    let data = folder.data();
    let mut said = Said::default();
    let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--data", &data]);
    command
        .env("POSARS_LOG", "trace")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    let up = tokio::task::spawn_blocking(|| Up::spawn(command)).await.unwrap();
    said.note("what up printed", up.ready.to_string());

    let token = owners_token(&folder);
    let mut till = Till {
        address: up.address().to_owned(),
        authorization: format!("Bearer {token}"),
        said: &mut said,
    };
    sell(&mut till);
    sell_carelessly(&mut till);
    employ(&mut till);
    let tokens = knock(&mut till, &token).await;

    import(&mut said, &folder);
    fail_with_passwords(&mut said);
    let ran = run_loudly(&["token", "--role", "owner", "--data", &data], &[]).ended(0);
    said.note("stderr of token", &ran.talk);
    let printed = ran.out.trim().to_owned();
    assert_eq!(printed.split('.').count(), 3, "a token: {ran}");

    for page in ["/metrics", "/readyz"] {
        let (status, body) = up.get(page);
        assert_eq!(status, 200, "{body}");
        said.note(page, body);
    }
    let (code, log) = tokio::task::spawn_blocking(|| up.terminate()).await.unwrap();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("call ended"), "the log is at its loudest: {log}");
    said.note("the log of up", log);
    note_files(&mut said, &folder.file("data"));
    let exported = run_loudly(&["audit", "replay", "--data", &data], &[]).ended(0);
    assert!(exported.out.contains("SaleRecorded") && exported.out.contains("EmployeeHired"));
    said.note("stderr of audit replay", &exported.talk);
    assert_sealed_on_disk(&folder.file("data"), &exported.out);
    for (path, body) in received.lock().unwrap().iter() {
        said.note(format!("the collector's {path}"), String::from_utf8_lossy(body));
    }
    assert!(said.texts.iter().any(|(place, _)| place.contains("TraceService")));
    assert!(
        said.texts.iter().any(|(place, _)| place.contains("postgresql-")),
        "PostgreSQL's own log"
    );

    let mut canaries = vec![
        "Zuleica",
        "Quintanilha",
        "Vasconcelos",
        PHONE,
        SUBJECT,
        PASSWORD,
        NO_TOKEN,
    ];
    canaries.extend(CPF.into_iter().chain(CPF_MISTYPED));
    canaries.extend(SEALED.into_iter().chain(NUMBERS).chain(EMPLOYEE_CPFS));
    canaries.push(REASON);
    canaries.push(&printed);
    canaries.extend(tokens.iter().map(String::as_str));
    said.assert_without(&canaries);
}
