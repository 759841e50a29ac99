//! The company's policy from one end to the other: set over gRPC and REST, followed by tills and by imports.

use posars_gateway::proto::sales::v1::company_service_client::CompanyServiceClient;
use posars_gateway::proto::sales::v1::sale_service_client::SaleServiceClient;
use posars_gateway::proto::sales::v1::{
    CompanyPolicy, GetCompanyRequest, SetCompanyPolicyRequest, VoidSaleRequest,
};
use posars_testkit::TestServer;
use serde_json::{Value, json};
use tonic::Request;
use tonic::transport::Channel;

use crate::identity::{post, token};
use crate::sheets::{good_lines, line, write};
use crate::support::{Folder, Up, posars, run_on};

const COMPANY: &str = "companies/main";
const SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60";
const OTHER_SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f61";

/// Two ways to the same server, for its owner.
struct Shop {
    up: Up,
    token: String,
    channel: Channel,
    /// Goes when it is dropped.
    _keys: Folder,
}

impl Shop {
    async fn open(url: &str) -> Self {
        let keys = Folder::new();
        let identity = keys.file("keys").display().to_string();
        let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--identity", &identity]);
        command.env("POSARS_DATABASE_URL", url);
        let up = Up::spawn(command);
        let by_hand = [
            "token",
            "--subject",
            "ana",
            "--role",
            "owner",
            "--identity",
            &identity,
        ];
        let token = token(run_on(url, &by_hand));
        let endpoint = Channel::from_shared(format!("http://{}", up.address())).unwrap();
        let channel = endpoint.connect().await.unwrap();
        Self {
            up,
            token,
            channel,
            _keys: keys,
        }
    }

    /// Status and body of a call over REST.
    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, answer) = post(&self.up, &format!("/v1/{path}"), &self.token, body);
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    fn done(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Status, reason and field of a refusal over REST.
    fn refused(&self, path: &str, body: &Value) -> (u16, String, String) {
        let (status, answer) = self.post(path, body);
        let details = answer["details"].as_array().unwrap();
        let told = |key: &str| details.iter().find_map(|detail| detail.get(key));
        let reason = told("reason").and_then(Value::as_str).unwrap_or_default();
        let field = told("metadata").and_then(|values| values["field"].as_str());
        (status, reason.to_owned(), field.unwrap_or_default().to_owned())
    }

    /// A request over gRPC.
    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.token).parse().unwrap();
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    async fn set(&self, policy: CompanyPolicy) {
        let request = SetCompanyPolicyRequest {
            name: COMPANY.into(),
            policy: Some(policy),
            ..Default::default()
        };
        let mut companies = CompanyServiceClient::new(self.channel.clone());
        let answer = companies
            .set_company_policy(self.request(request))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(answer.policy, Some(policy));
        let request = GetCompanyRequest {
            name: COMPANY.into(),
            min_position: answer.recorded.unwrap().position,
        };
        let read = companies.get_company(self.request(request)).await.unwrap();
        assert_eq!(read.into_inner().policy, Some(policy));
    }
}

fn sale(sale_id: &str, sku: &str) -> Value {
    json!({
        "saleId": sale_id,
        "storeId": "centro",
        "occurTime": "2026-01-15T12:00:00Z",
        "lines": [{
            "sku": sku, "description": sku,
            "quantity": {"value": "1"}, "unitPrice": {"value": "18.50"},
        }],
        "payments": [{"method": "cash", "amount": {"currencyCode": "BRL", "amountMinor": "1850"}}],
        "total": {"currencyCode": "BRL", "amountMinor": "1850"},
    })
}

fn void(at: &str) -> Value {
    json!({"occurTime": at, "reason": "Cliente desistiu"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_set_followed_and_taken_back() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let shop = Shop::open(&url).await;
    let store = json!({
        "storeId": "centro", "displayName": "Centro",
        "timeZone": "America/Sao_Paulo", "currencyCode": "BRL",
    });
    shop.done("companies/main/stores", &store);
    let product = json!({"sku": "cafe", "displayName": "Café", "unit": "UN"});
    shop.done("companies/main/products", &product);
    let (sales, set_policy) = ("companies/main/sales", "companies/main:setPolicy");
    shop.done(sales, &sale(SALE, "cafe"));

    // An hour to void a sale, set over gRPC: two hours are too late, over REST and over gRPC.
    shop.set(CompanyPolicy {
        void_window_hours: Some(1),
        strict_catalog: false,
    })
    .await;
    let void_path = format!("companies/main/sales/{SALE}:void");
    let (status, reason, _) = shop.refused(&void_path, &void("2026-01-15T14:00:00Z"));
    assert_eq!((status, reason.as_str()), (400, "VOID_WINDOW_EXPIRED"));
    let late = VoidSaleRequest {
        name: format!("{COMPANY}/sales/{SALE}"),
        occur_time: Some("2026-01-15T14:00:00Z".parse().unwrap()),
        reason: "Cliente desistiu".into(),
        ..Default::default()
    };
    let mut sales_client = SaleServiceClient::new(shop.channel.clone());
    let refused = sales_client.void_sale(shop.request(late)).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition, "{refused:?}");

    // A strict catalogue, set over REST: no sale of what is not in it.
    let answer = shop.done(
        set_policy,
        &json!({"policy": {"voidWindowHours": 1, "strictCatalog": true}}),
    );
    assert_eq!(
        answer["policy"],
        json!({"voidWindowHours": 1, "strictCatalog": true})
    );
    let (status, reason, field) = shop.refused(sales, &sale(OTHER_SALE, "cha"));
    assert_eq!((status, reason.as_str()), (404, "PRODUCT_UNKNOWN"));
    assert_eq!(field, "lines[0].sku");
    let (status, reason, field) = shop.refused(set_policy, &json!({"policy": {"voidWindowHours": 0}}));
    assert_eq!((status, reason.as_str()), (400, "VOID_WINDOW_INVALID"));
    assert_eq!(field, "policy.void_window_hours");

    // Back to the default: what was refused is taken.
    shop.set(CompanyPolicy::default()).await;
    shop.done(&void_path, &void("2026-01-15T14:00:00Z"));
    shop.done(sales, &sale(OTHER_SALE, "cha"));
    let (code, talk) = shop.up.terminate();
    assert_eq!(code, 0, "{talk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_import_refuses_row_by_row() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let (known, sheet) = (folder.file("known.xlsx"), folder.file("vendas.xlsx"));
    write(
        &known,
        &[
            line("1", 4, "Loja Centro", "Meia", 1, 890),
            line("2", 4, "Loja Norte", "Meia", 1, 890),
        ],
    );
    write(&sheet, &good_lines());
    let import = |file: &std::path::Path, more: &[&str]| {
        let file = file.display().to_string();
        run_on(&url, &[&["import", &file], more].concat())
    };
    import(&known, &["--define-missing"]).ended(0);
    let shop = Shop::open(&url).await;
    let strict = json!({"policy": {"strictCatalog": true}});
    shop.done("companies/main:setPolicy", &strict);

    // The import is another process than the one that set it.
    let refused = import(&sheet, &[]).ended(1).json();
    let told: Vec<(u64, String)> = refused["refused_rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_u64().unwrap(), row["errors"].to_string()))
        .collect();
    let unknown: Vec<u64> = told
        .iter()
        .filter(|(_, errors)| errors.contains("PRODUCT_UNKNOWN"))
        .map(|(row, _)| *row)
        .collect();
    assert_eq!(unknown, [2, 4, 6], "T-shirt, cap, T-shirt: {refused}");
    let rows: Vec<u64> = told.iter().map(|(row, _)| *row).collect();
    assert_eq!(
        rows,
        [2, 3, 4, 6, 7],
        "each with the rest of its receipt: {refused}"
    );
    assert_eq!(refused["records"]["accepted"], 1, "{refused}");

    // Products that the import itself defines are in the catalogue by then, in a dry run as well.
    let dry = import(&sheet, &["--define-missing", "--dry-run"]).ended(0).json();
    let records = &dry["records"];
    assert_eq!(
        (&records["accepted"], &records["refused"]),
        (&4.into(), &0.into()),
        "{dry}"
    );

    // Back to the default, they are no matter.
    shop.done("companies/main:setPolicy", &json!({"policy": {}}));
    let taken = import(&sheet, &[]).ended(0).json();
    let records = &taken["records"];
    assert_eq!(
        (&records["accepted"], &records["duplicate"], &records["refused"]),
        (&3.into(), &1.into(), &0.into()),
        "{taken}"
    );
}
