//! The RPCs as the protos tell them: path, binding, roles, and a request that fits.

use std::collections::BTreeSet;

use posars_gateway::proto::sales::v1::{RecordReturnRequest, VoidSaleRequest};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, MethodDescriptor, Value};

use super::SALE_OF_SP01;
use crate::shop;

#[derive(Clone)]
pub(crate) struct Rpc {
    /// Path over gRPC.
    pub(crate) path: String,
    /// HTTP method and template of the REST binding.
    pub(crate) verb: String,
    pub(crate) template: String,
    pub(crate) body: String,
    /// Roles that may call, in lower case.
    pub(crate) roles: BTreeSet<String>,
    /// Whether a call is about all of its caller's companies and names none.
    pub(crate) across_companies: bool,
    pub(crate) output: MessageDescriptor,
    input: MessageDescriptor,
    store: String,
    sale: String,
    min_position: u64,
    /// Fields of the request that are as told, by name.
    fields: Vec<(String, String)>,
}

/// Every RPC of the pool.
pub(crate) fn all(pool: &DescriptorPool) -> Vec<Rpc> {
    pool.services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| Rpc::of(pool, &method))
        .collect()
}

impl Rpc {
    fn of(pool: &DescriptorPool, method: &MethodDescriptor) -> Self {
        let options = method.options();
        let option = |name: &str| {
            let extension = pool.get_extension_by_name(name).unwrap();
            options.get_extension(&extension).as_message().unwrap().clone()
        };
        let http = option("google.api.http");
        let text = |field: &str| {
            http.get_field_by_name(field)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        let verb = ["get", "post", "patch", "put", "delete"]
            .into_iter()
            .find(|verb| http.has_field_by_name(verb))
            .unwrap();
        let words = pool.get_enum_by_name("posars.authz.v1.Role").unwrap();
        let authz = option("posars.authz.v1.authz");
        let any_of = authz.get_field_by_name("any_of").unwrap();
        let roles = any_of.as_list().unwrap().iter().map(|role| {
            let word = words.get_value(role.as_enum_number().unwrap()).unwrap();
            word.name().trim_start_matches("ROLE_").to_lowercase()
        });
        Self {
            path: format!("/{}/{}", method.parent_service().full_name(), method.name()),
            verb: verb.to_uppercase(),
            template: text(verb),
            body: text("body"),
            roles: roles.collect(),
            across_companies: authz
                .get_field_by_name("across_companies")
                .unwrap()
                .as_bool()
                .unwrap(),
            output: method.output(),
            input: method.input(),
            store: "sp01".into(),
            sale: SALE_OF_SP01.into(),
            min_position: 0,
            fields: Vec::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.input.get_field_by_name(name).is_some()
    }

    /// The same call for another store of acme, or the sale made there.
    pub(crate) fn in_store(&self, store: &str) -> Self {
        Self {
            store: store.into(),
            sale: super::SALE_OF_SP02.into(),
            ..self.clone()
        }
    }

    /// The same list for every store, at least as new as this position.
    pub(crate) fn in_every_store(&self, min_position: u64) -> Self {
        Self {
            store: String::new(),
            min_position,
            ..self.clone()
        }
    }

    /// The same call with these fields of its request; the name of what it is about may be one.
    pub(crate) fn with_fields(&self, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter();
        Self {
            fields: fields
                .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
                .collect(),
            ..self.clone()
        }
    }

    pub(crate) fn with_sale(&self, sale: &str) -> Self {
        Self {
            sale: sale.into(),
            ..self.clone()
        }
    }

    /// Variable and value of each variable of the template.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let variable = |part: &str| {
            let (variable, _rest) = part.split_once('}').unwrap();
            let (name, pattern) = variable.split_once('=').unwrap();
            let mut told = self.fields.iter();
            let told = told.find(|(field, _)| field == name);
            let value = told.map_or_else(|| self.resource_name(pattern), |(_, value)| value.clone());
            (name.to_owned(), value)
        };
        self.template.split('{').skip(1).map(variable).collect()
    }

    /// `companies/*/stores/*` with the ids of this call.
    fn resource_name(&self, pattern: &str) -> String {
        let parts: Vec<&str> = pattern.split('/').collect();
        let with_ids = parts.chunks(2).map(|pair| {
            // There is one of it, as of a policy.
            if pair.len() == 1 {
                return pair[0].to_owned();
            }
            let id = match pair[0] {
                "companies" => "acme",
                "stores" if self.store.is_empty() => "-",
                "stores" => &self.store,
                "sales" => &self.sale,
                "products" | "stockItems" => "cafe",
                "registers" => "1",
                "returns" | "stockReceipts" | "stockAdjustments" | "journalEntries" | "receivables"
                | "payables" | "statementLines" | "payrolls" | "leaves" => super::NO_SALE,
                "employees" => "7",
                "people" => "nobody",
                "reactors" => "reactor.stock",
                "projections" => "sales",
                "users" => "ana",
                "accounts" => "9.9.99.999",
                "costCenters" => "centro",
                "periods" => "2026-10",
                other => panic!("give {other} an id"),
            };
            format!("{}/{id}", pair[0])
        });
        with_ids.collect::<Vec<_>>().join("/")
    }

    /// A dry run that gets as far as the question whether the caller may touch what it names.
    pub(crate) fn request(&self) -> DynamicMessage {
        let example = self.example();
        let mut request = DynamicMessage::decode(self.input.clone(), example.as_slice()).unwrap();
        for (variable, value) in self.variables() {
            set(&mut request, &variable, Value::String(value));
        }
        let fields = [
            ("company_id", Value::String("acme".into())),
            ("store_id", Value::String(self.store.clone())),
            ("validate_only", Value::Bool(true)),
            ("min_position", Value::U64(self.min_position)),
        ];
        for (field, value) in fields {
            if self.has_field(field) && value != Value::String(String::new()) {
                set(&mut request, field, value);
            }
        }
        for (field, text) in &self.fields {
            let kind = self.input.get_field_by_name(field).unwrap().kind();
            set(&mut request, field, read(&kind, text));
        }
        request
    }

    /// The rest of the message, where a service reads it before it looks at stores.
    fn example(&self) -> Vec<u8> {
        match self.name() {
            "RecordSale" => shop::sale(uuid::Uuid::now_v7()).encode_to_vec(),
            "VoidSale" => VoidSaleRequest {
                occur_time: shop::occurred_at(),
                reason: "engano".into(),
                ..Default::default()
            }
            .encode_to_vec(),
            "RecordReturn" => RecordReturnRequest {
                return_id: uuid::Uuid::now_v7().to_string(),
                occur_time: shop::occurred_at(),
                ..Default::default()
            }
            .encode_to_vec(),
            "ListDailySales" => posars_gateway::proto::reporting::v1::ListDailySalesRequest {
                start_date: shop::date(2026, 11, 1),
                end_date: shop::date(2026, 11, 30),
                ..Default::default()
            }
            .encode_to_vec(),
            "ListHeadcount" => posars_gateway::proto::hr::v1::ListHeadcountRequest {
                start_month: "2026-10".into(),
                end_month: "2026-11".into(),
                ..Default::default()
            }
            .encode_to_vec(),
            "ListPayrollCosts" => posars_gateway::proto::hr::v1::ListPayrollCostsRequest {
                start_month: "2026-10".into(),
                end_month: "2026-11".into(),
                ..Default::default()
            }
            .encode_to_vec(),
            _ => Vec::new(),
        }
    }
}

/// A value as a test writes it: a day as `2026-11-30`, which may be none of the calendar.
fn read(kind: &Kind, text: &str) -> Value {
    match kind {
        Kind::Int32 => Value::I32(text.parse().unwrap()),
        Kind::Uint64 => Value::U64(text.parse().unwrap()),
        Kind::Bool => Value::Bool(text.parse().unwrap()),
        Kind::Enum(words) => {
            let word = words.get_value_by_name(text).map(|word| word.number());
            Value::EnumNumber(word.unwrap_or_else(|| text.parse().unwrap()))
        }
        Kind::Message(day) if day.full_name() == "google.type.Date" => {
            let mut message = DynamicMessage::new(day.clone());
            for (field, part) in ["year", "month", "day"].into_iter().zip(text.split('-')) {
                message.set_field_by_name(field, Value::I32(part.parse().unwrap()));
            }
            Value::Message(message)
        }
        Kind::Double
        | Kind::Float
        | Kind::Int64
        | Kind::Uint32
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Fixed32
        | Kind::Fixed64
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::String
        | Kind::Bytes
        | Kind::Message(_) => Value::String(text.to_owned()),
    }
}

/// Sets a field by its path, such as `product.name`.
fn set(message: &mut DynamicMessage, path: &str, value: Value) {
    match path.split_once('.') {
        None => message.set_field_by_name(path, value),
        Some((field, rest)) => {
            let inner = message.get_field_by_name_mut(field).unwrap();
            set(inner.as_message_mut().unwrap(), rest, value);
        }
    }
}
