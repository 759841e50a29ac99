//! What happens in a shop on a day: the same calls with the same ids and times, whoever takes them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use jiff::ToSpan as _;
use jiff::civil::Date;
use posars_gateway::proto::sales::v1::sale_service_client::SaleServiceClient;
use posars_gateway::proto::sales::v1::{GetSaleRequest, ListSalesRequest};
use serde_json::{Value, json};

use super::compare::{plain, settle};
use super::places::{Drops, Imported};
use super::system::{Crash, Meanwhile};
use super::{PATIENCE, POLL};
use crate::sheets::{Line, line, write_in};
use crate::support::Folder;

/// How every id begins that this test chooses; the others are the program's.
pub(super) const OWN_IDS: &str = "0192d3b4-7c1e-7a55-9f";
const SALES: usize = 45 + WORKBOOK_SALES;
/// Sales of the workbook that are in order; one more is not.
const WORKBOOK_SALES: usize = 40;
const MAIN: &str = "/v1/companies/main";
const SKUS: [(&str, &str, &str); 3] = [
    ("cafe", "Café 500 g", "18.90"),
    ("leite", "Leite 1 l", "5.49"),
    ("pao", "Pão francês", "0.75"),
];

/// The way in, as somebody.
pub(super) struct Door {
    address: String,
    token: String,
}

impl Door {
    pub(super) fn at(address: &str, token: String) -> Self {
        Self {
            address: address.to_owned(),
            token,
        }
    }

    /// Status and body of one call; none when nobody takes it.
    fn ask(&self, line: &str, body: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nhost: posars\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
    }

    /// A call as a good client makes it: again with the same ids while nobody can take it.
    fn call(&self, line: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.ask(line, &body) {
                Some((200, answer)) => return serde_json::from_str(&answer).unwrap(),
                None | Some((429 | 503, _)) => {}
                Some((status, answer)) => panic!("{line}: {status} {answer}"),
            }
            assert!(Instant::now() < deadline, "{line} is not taken");
            std::thread::sleep(POLL);
        }
    }

    fn get(&self, path: &str) -> Value {
        self.call(&format!("GET {MAIN}/{path}"), &Value::Null)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.call(&format!("POST {MAIN}/{path}"), body)
    }

    /// The call is refused because the process of its area is away.
    pub(super) fn assert_refused(&self, path: &str) {
        let (status, answer) = self.ask(&format!("GET {MAIN}/{path}"), "").unwrap();
        assert_eq!(status, 503, "{answer}");
        assert!(answer.contains("UPSTREAM_UNAVAILABLE"), "{answer}");
    }

    /// Nobody takes the call.
    pub(super) fn assert_closed(&self) {
        assert_eq!(self.ask(&format!("GET {MAIN}/stores"), ""), None);
    }
}

/// A day of the month before this one, which can be closed.
pub(super) struct Day {
    date: Date,
}

/// An id of this test.
fn id(kind: u32, number: u32) -> String {
    format!("{OWN_IDS}{kind:02}-{number:012}")
}

fn brl(amount_minor: i64) -> Value {
    json!({"currencyCode": "BRL", "amountMinor": amount_minor.to_string()})
}

impl Day {
    pub(super) fn last_month() -> Self {
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        Self {
            date: today
                .first_of_month()
                .saturating_sub(1.month())
                .saturating_add(11.days()),
        }
    }

    pub(super) fn month(&self) -> String {
        self.date.strftime("%Y-%m").to_string()
    }

    fn at(&self, hour: u32, minute: u32) -> String {
        format!("{}T{hour:02}:{minute:02}:00Z", self.date)
    }

    fn sale(&self, number: u32) -> Value {
        let (sku, description, price) = SKUS[usize::try_from(number).unwrap() % SKUS.len()];
        let cents: i64 = price.replace('.', "").parse().unwrap();
        let quantity = i64::from(1 + number % 4);
        let total = cents * quantity;
        let method = if number.is_multiple_of(2) { "pix" } else { "cash" };
        json!({
            "saleId": id(10, number), "storeId": "centro", "registerNo": "1",
            "occurTime": self.at(12 + number / 50, number % 50),
            "lines": [{"sku": sku, "description": description, "quantity": {"value": quantity.to_string()},
                       "unitPrice": {"value": price}}],
            "payments": [{"method": method, "amount": brl(total)}],
            "total": brl(total),
        })
    }

    fn sell(&self, door: &Door, numbers: std::ops::Range<u32>) {
        for number in numbers {
            door.post("sales", &self.sale(number));
        }
    }

    /// A workbook of the other till: sales of known products and of one that is new, and one whose total is no sum.
    fn workbook(&self) -> Vec<u8> {
        let folder = Folder::new();
        let path = folder.file("vendas.xlsx");
        let day = self.date.day().unsigned_abs();
        let mut lines: Vec<Line> = (0..=WORKBOOK_SALES)
            .map(|number| {
                let product = ["cafe", "leite", "Meia"][number % 3];
                line(format!("R{number}"), day, "centro", product, 1, 890)
            })
            .collect();
        lines[7].total_centavos += 1_000;
        let (year, month) = (self.date.year().unsigned_abs(), self.date.month().unsigned_abs());
        write_in(&path, (year, month), &lines);
        std::fs::read(path).unwrap()
    }

    /// Spends it; what callers read at its end, without what two runs do not share, and what came of the workbook.
    pub(super) async fn spend(
        &self,
        door: &Door,
        url: &str,
        drops: &Drops,
        crash: &mut dyn FnMut(&Crash),
    ) -> (Vec<Value>, Imported) {
        let mut serving = |role, meanwhile| crash(&Crash { role, meanwhile });
        self.open(door);
        serving("serve inventory", Meanwhile::Refused("products"));
        self.stock_up(door);
        settle(url);
        serving("serve sales", Meanwhile::Refused("sales"));
        self.sell(door, 0..15);
        self.correct(door);
        serving("serve gateway", Meanwhile::Closed);
        settle(url);
        let mut working = |role| {
            crash(&Crash {
                role,
                meanwhile: Meanwhile::Unseen,
            });
        };
        // Each dies with work before it, and the next sales come while it is away or has just come back.
        for (index, role) in (0..).zip([
            "work relay",
            "work stock",
            "work finance",
            "work projections",
            "work reports",
        ]) {
            let first = 20 + 5 * index;
            self.sell(door, first..first + 3);
            working(role);
            self.sell(door, first + 3..first + 5);
        }
        self.sell(door, 45..48);
        settle(url);
        drops.drop(self.workbook()).await;
        working("work imports");
        // Before the next sales: they compete with the workbook for what is left.
        let imported = drops.until_imported().await;
        assert_eq!((imported.sales, imported.refused_rows), (WORKBOOK_SALES, 1));
        self.sell(door, 48..50);
        settle(url);
        self.count(door);
        let mut serving = |role, meanwhile| crash(&Crash { role, meanwhile });
        serving("serve hr", Meanwhile::Refused("employees"));
        self.pay(door);
        settle(url);
        serving("serve finance", Meanwhile::Refused("accounts"));
        door.post(&format!("periods/{}:close", self.month()), &json!({}));
        settle(url);
        serving("serve reporting", Meanwhile::Refused("projections"));
        self.assert_by_grpc(door).await;
        (self.read(door), imported)
    }

    fn open(&self, door: &Door) {
        door.post(
            "stores",
            &json!({"storeId": "centro", "displayName": "Centro", "timeZone": "America/Sao_Paulo",
                    "dayCutover": "04:00", "currencyCode": "BRL"}),
        );
        door.post(
            "stores/centro/registers",
            &json!({"registerNo": "1", "displayName": "Caixa 1"}),
        );
        for (sku, name, _) in SKUS {
            door.post(
                "products",
                &json!({"sku": sku, "displayName": name, "decimals": 0, "tracked": true}),
            );
        }
    }

    fn stock_up(&self, door: &Door) {
        for (number, (sku, _, _)) in (0..).zip(SKUS) {
            door.post(
                &format!("stores/centro/stockItems/{sku}:definePolicy"),
                &json!({"reorderPoint": {"value": "70"}}),
            );
            let line = json!({"sku": sku, "quantity": {"value": "100"}, "unitCost": {"value": "0.51"}});
            door.post(
                "stores/centro/stockReceipts",
                &json!({"receiptId": id(20, number), "occurTime": self.at(9, number), "lines": [line]}),
            );
        }
    }

    /// A void and a return.
    fn correct(&self, door: &Door) {
        door.post(
            &format!("sales/{}:void", id(10, 1)),
            &json!({"occurTime": self.at(13, 0), "reason": "Engano"}),
        );
        let line = json!({"lineId": 1, "quantity": {"value": "1"}, "disposition": "DISPOSITION_RESTOCK"});
        let price = self.sale(2)["lines"][0]["unitPrice"]["value"]
            .as_str()
            .unwrap()
            .replace('.', "");
        door.post(
            &format!("sales/{}:return", id(10, 2)),
            &json!({"returnId": id(30, 2), "occurTime": self.at(13, 5), "lines": [line],
                    "refunds": [{"method": "pix", "amount": brl(price.parse().unwrap())}]}),
        );
    }

    fn count(&self, door: &Door) {
        door.post(
            "stores/centro/stockItems/pao:adjust",
            &json!({"adjustmentId": id(40, 1), "occurTime": self.at(20, 0), "delta": {"value": "-2"},
                    "reason": "ADJUSTMENT_REASON_DAMAGE"}),
        );
    }

    fn pay(&self, door: &Door) {
        let day = json!({"year": 2025, "month": 3, "day": 3});
        door.post(
            "employees",
            &json!({"employeeId": "E-1", "admissionDate": day,
                    "terms": {"jobTitle": "Caixa", "storeId": "centro", "contract": "permanent"},
                    "salary": {"amount": brl(210_000)},
                    "personalData": {"fullName": "Ana Souza", "cpf": "845.739.201-88"}}),
        );
        let line =
            json!({"employeeId": "E-1", "gross": brl(210_000), "charges": brl(42_000), "net": brl(180_000)});
        door.post(
            "payrolls",
            &json!({"payrollId": id(50, 1), "month": self.month(), "lines": [line]}),
        );
    }

    /// The same sales by gRPC, through the gateway.
    async fn assert_by_grpc(&self, door: &Door) {
        let mut sales = SaleServiceClient::connect(format!("http://{}", door.address))
            .await
            .unwrap();
        let mut list = tonic::Request::new(ListSalesRequest {
            parent: "companies/main".to_owned(),
            page_size: 100,
            ..ListSalesRequest::default()
        });
        let bearer: tonic::metadata::MetadataValue<_> = format!("Bearer {}", door.token).parse().unwrap();
        list.metadata_mut().insert("authorization", bearer.clone());
        let listed = sales.list_sales(list).await.unwrap().into_inner().sales;
        assert_eq!(listed.len(), SALES);
        let mut get = tonic::Request::new(GetSaleRequest {
            name: listed[7].name.clone(),
            ..GetSaleRequest::default()
        });
        get.metadata_mut().insert("authorization", bearer);
        let one = sales.get_sale(get).await.unwrap().into_inner().sale.unwrap();
        assert_eq!(one.total, listed[7].total);
    }

    /// What each area shows.
    fn read(&self, door: &Door) -> Vec<Value> {
        let date = |prefix: &str| {
            let (year, month, day) = (self.date.year(), self.date.month(), self.date.day());
            format!("{prefix}.year={year}&{prefix}.month={month}&{prefix}.day={day}")
        };
        let days = format!("{}&{}", date("startDate"), date("endDate"));
        [
            "sales?pageSize=100".to_owned(),
            "stores/centro/stockItems?pageSize=100".to_owned(),
            "stores/centro/shortages".to_owned(),
            format!("dailySales?storeId=centro&{days}"),
            format!("trialBalance?{days}"),
            "employees".to_owned(),
            "payrolls".to_owned(),
            "periods".to_owned(),
        ]
        .iter()
        .map(|path| plain(&door.get(path)))
        .collect()
    }
}
