//! Query parameters of every binding: none is left out silently.

use crate::front::Front;
use axum::body::Body;
use axum::http::Request;
use posars_edge::Server;
use posars_gateway::proto::FILE_DESCRIPTOR_SET;
use posars_transcoder::{Binding, Bindings, Body as BindingBody, Segment};
use prost_reflect::{DescriptorPool, FieldDescriptor};

fn bindings() -> Vec<Binding> {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
    Bindings::of(&pool).unwrap().iter().cloned().collect()
}

/// A path that the binding takes.
fn path(binding: &Binding) -> String {
    let segments = binding.template.segments.iter().map(|segment| match segment {
        Segment::Literal(text) => text.as_str(),
        Segment::Any | Segment::Rest => "acme",
    });
    let path = segments.collect::<Vec<_>>().join("/");
    let verb = binding.template.verb.as_ref();
    format!(
        "/{path}{}",
        verb.map(|verb| format!(":{verb}")).unwrap_or_default()
    )
}

/// The status, the reason and the message of the answer.
async fn ask(front: &Front, binding: &Binding, query: &str) -> (u16, String, String) {
    let has_body = binding.body != BindingBody::None;
    let request = Request::builder()
        .method(binding.method.clone())
        .uri(format!("http://shop.example{}?{query}", path(binding)))
        .header("content-type", "application/json")
        .body(if has_body { Body::from("{}") } else { Body::empty() })
        .unwrap();
    let answer = front.ask_http1(request).await;
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let details = body["details"].as_array().unwrap();
    let reason = details.iter().find_map(|detail| detail["reason"].as_str());
    (
        answer.http.as_u16(),
        reason.unwrap_or_default().to_owned(),
        body["message"].as_str().unwrap().to_owned(),
    )
}

/// The parameters of a binding, as JSON and as the proto writes them.
fn parameters(binding: &Binding) -> Vec<[String; 2]> {
    let is_elsewhere = |field: &FieldDescriptor| {
        let in_path = |chain: &Vec<FieldDescriptor>| chain.first() == Some(field);
        matches!(&binding.body, BindingBody::Field(body) if body == field)
            || binding.path_fields.iter().any(in_path)
    };
    let fields = binding.rpc.input().fields().collect::<Vec<_>>();
    let own = fields.into_iter().filter(|field| !is_elsewhere(field));
    own.flat_map(|field| {
        let spelled = |field: &FieldDescriptor| [field.json_name().to_owned(), field.name().to_owned()];
        let outer = spelled(&field);
        match field.kind().as_message() {
            Some(message) if message.full_name() == "google.type.Date" => message
                .fields()
                .map(|inner| {
                    let inner = spelled(&inner);
                    [0, 1].map(|at| format!("{}.{}", outer[at], inner[at]))
                })
                .collect(),
            Some(_) => Vec::new(),
            None => vec![outer],
        }
    })
    .collect()
}

/// Slips of the hand: another case, a letter too many, two swapped.
fn misspelt(name: &str) -> Vec<String> {
    let (front, last) = name.split_at(name.len() - 2);
    let swapped: String = last.chars().rev().collect();
    vec![
        name.to_uppercase(),
        format!("{name}s"),
        format!("{front}{swapped}"),
    ]
}

#[tokio::test]
async fn no_binding_takes_a_parameter_that_it_does_not_know() {
    let front = Front::gateway(Server::default()).await;
    let mut asked = 0;
    for binding in bindings() {
        let place = format!("{} {}", binding.method, path(&binding));
        for stranger in [
            "%24alt=json",
            "alt=json",
            "key=x",
            "fields=x",
            "prettyPrint=true",
            "_=1",
            "=x",
            "x",
        ] {
            let (status, reason, _) = ask(&front, &binding, stranger).await;
            assert_eq!(
                (status, reason.as_str()),
                (400, "QUERY_PARAMETER_UNKNOWN"),
                "{place}?{stranger}"
            );
        }
        let known = parameters(&binding);
        if binding.body == BindingBody::All {
            for [name, other] in known {
                for name in [name, other] {
                    let (status, reason, _) = ask(&front, &binding, &format!("{name}=1")).await;
                    let expected = (400, "QUERY_PARAMETER_MISPLACED");
                    assert_eq!((status, reason.as_str()), expected, "{place}?{name}");
                }
            }
            continue;
        }
        for [name, other] in known {
            for wrong in misspelt(&name) {
                if wrong == name {
                    continue;
                }
                asked += 1;
                let (status, reason, message) = ask(&front, &binding, &format!("{wrong}=1")).await;
                let expected = (400, "QUERY_PARAMETER_UNKNOWN");
                assert_eq!((status, reason.as_str()), expected, "{place}?{wrong}");
                assert!(
                    message.contains(&format!("did you mean {name}?")),
                    "{place}?{wrong}: {message}"
                );
            }
            for name in [name, other] {
                let twice = format!("{name}=1&{name}=1");
                let (status, reason, _) = ask(&front, &binding, &twice).await;
                assert!(
                    status == 400
                        && ["QUERY_PARAMETER_REPEATED", "QUERY_VALUE_INVALID"].contains(&reason.as_str()),
                    "{place}?{twice}: {status} {reason}"
                );
            }
        }
        for chain in &binding.path_fields {
            let names: Vec<&str> = chain.iter().map(FieldDescriptor::json_name).collect();
            let name = names.join(".");
            let (status, reason, _) = ask(&front, &binding, &format!("{name}=companies/beta")).await;
            let expected = (400, "QUERY_PARAMETER_MISPLACED");
            assert_eq!((status, reason.as_str()), expected, "{place}?{name}");
        }
    }
    assert!(asked > 50, "{asked} slips");
}

#[tokio::test]
async fn a_list_takes_its_parameters_in_both_spellings_and_no_other() {
    let front = Front::gateway(Server::default()).await;
    let list = bindings();
    let list = list
        .iter()
        .find(|binding| binding.rpc.name() == "ListSales")
        .unwrap();
    for query in [
        "storeId=sp01",
        "store_id=sp01",
        "storeId=",
        "pageToken=&pageSize=5",
        "startDate.year=2026&startDate.month=11&start_date.day=1",
        "minPosition=18446744073709551615",
    ] {
        let (status, reason, _) = ask(&front, list, query).await;
        assert_eq!((status, reason.as_str()), (404, "UNKNOWN_COMPANY"), "{query}");
    }
    let request = Request::get("http://shop.example/v1/companies/acme/sales?storeid=sul")
        .header("accept-language", "pt-BR")
        .body(Body::empty());
    let answer = front.ask_http1(request.unwrap()).await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(
        text.contains("Corrija o nome para storeId ou deixe-o fora."),
        "{text}"
    );
    assert!(text.contains(r#""nearest":"storeId""#), "{text}");
    for (query, reason, told) in [
        ("storeid=sul", "QUERY_PARAMETER_UNKNOWN", "did you mean storeId?"),
        (
            "store_ids=sul",
            "QUERY_PARAMETER_UNKNOWN",
            "did you mean storeId?",
        ),
        ("pagesize=1", "QUERY_PARAMETER_UNKNOWN", "did you mean pageSize?"),
        (
            "startDate.yeer=2026",
            "QUERY_PARAMETER_UNKNOWN",
            "did you mean startDate.year?",
        ),
        ("store=sul", "QUERY_PARAMETER_UNKNOWN", "did you mean storeId?"),
        ("52998224725=1", "QUERY_PARAMETER_UNKNOWN", "<CPF>"),
        (
            "startDate=2026-11-01",
            "QUERY_PARAMETER_UNFIT",
            "a field inside it",
        ),
        ("storeId[0]=sul", "QUERY_PARAMETER_UNFIT", "storeId[0]"),
        ("storeId=a&store_id=b", "QUERY_PARAMETER_REPEATED", "store_id"),
        ("pageSize=", "QUERY_VALUE_INVALID", "pageSize"),
        ("pageSize=1.0", "QUERY_VALUE_INVALID", "pageSize"),
        (
            "minPosition=18446744073709551616",
            "QUERY_VALUE_INVALID",
            "minPosition",
        ),
        ("minPosition=-1", "QUERY_VALUE_INVALID", "minPosition"),
        ("minPosition=1e3", "QUERY_VALUE_INVALID", "minPosition"),
    ] {
        let (status, refused, message) = ask(&front, list, query).await;
        assert_eq!((status, refused.as_str()), (400, reason), "{query}");
        assert!(message.contains(told), "{query}: {message}");
    }
}
