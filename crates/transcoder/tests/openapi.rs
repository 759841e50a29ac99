//! The rules of the OpenAPI document, one assertion each, on a library that has an example of every rule.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, HashSet};

use posars_transcoder::Bindings;
use posars_transcoder::openapi::{About, Header, Security, document};
use prost_reflect::{DescriptorPool, MethodDescriptor};
use serde_json::{Value, json};

fn pool(files: &[&str]) -> DescriptorPool {
    let mut compiler = protox::Compiler::new(["tests/openapi", "../../proto"]).unwrap();
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(files).unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

fn about() -> About {
    About {
        title: "Library".to_owned(),
        version: "1.2.3".to_owned(),
        description: "Books.".to_owned(),
        license: Some("Apache-2.0".to_owned()),
        servers: vec!["/".to_owned()],
        security_schemes: BTreeMap::from([(
            "bearer".to_owned(),
            json!({"type": "http", "scheme": "bearer"}),
        )]),
        headers: vec![Header {
            name: "x-branch".to_owned(),
            description: "Which branch.".to_owned(),
        }],
        error_details: vec!["google.rpc.ErrorInfo".to_owned(), "nobody.Knows".to_owned()],
        examples: BTreeMap::from([
            ("library.v1.Library.LendBook".to_owned(), json!({"reader": "Ana"})),
            (
                "library.v1.Library.GetBook".to_owned(),
                json!({"takes": "no body"}),
            ),
        ]),
    }
}

fn security(rpc: &MethodDescriptor) -> Security {
    if rpc.name() == "GetBook" {
        return Security::default();
    }
    Security {
        scheme: Some("bearer".to_owned()),
        note: "For librarians.".to_owned(),
        extensions: BTreeMap::from([("x-roles".to_owned(), json!(["librarian"]))]),
    }
}

fn library_of(files: &[&str]) -> Value {
    let pool = pool(files);
    let bindings = Bindings::of(&pool).unwrap();
    document(&pool, &bindings, &about(), &security)
}

fn library() -> Value {
    library_of(&["library.proto"])
}

/// Looks a value up by keys, because paths hold the slashes of a JSON pointer.
#[track_caller]
fn at<'v>(value: &'v Value, keys: &[&str]) -> &'v Value {
    keys.iter().fold(value, |value, key| {
        let found = match key.parse::<usize>() {
            Ok(index) if value.is_array() => value.get(index),
            Ok(_) | Err(_) => value.get(*key),
        };
        found.unwrap_or_else(|| panic!("{keys:?}: there is no {key} in {value:#}"))
    })
}

const BOOK_PATH: &str = "/v1/shelves/{shelf}/books/{book}";

fn operation<'v>(document: &'v Value, method: &str, path: &str) -> &'v Value {
    at(document, &["paths", path, method])
}

fn schema<'v>(document: &'v Value, name: &str) -> &'v Value {
    at(document, &["components", "schemas", name])
}

fn book_field<'v>(document: &'v Value, field: &str) -> &'v Value {
    at(schema(document, "library.v1.Book"), &["properties", field])
}

fn parameter<'v>(operation: &'v Value, name: &str) -> Option<&'v Value> {
    let parameters = operation.get("parameters")?.as_array()?;
    parameters
        .iter()
        .find(|parameter| parameter.get("name").and_then(Value::as_str) == Some(name))
}

#[test]
fn the_document_says_what_it_is() {
    let document = library();
    assert_eq!(document["openapi"], "3.1.1");
    assert_eq!(
        document["info"],
        json!({
            "title": "Library", "version": "1.2.3", "description": "Books.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        })
    );
    assert_eq!(document["servers"], json!([{"url": "/"}]));
    assert_eq!(
        document["tags"],
        json!([{"name": "Library", "description": "Lends books.\n\nOpen on workdays."}])
    );
}

#[test]
fn the_same_descriptors_give_the_same_document() {
    let once = serde_json::to_string(&library()).unwrap();
    let again = serde_json::to_string(&library()).unwrap();
    assert_eq!(once, again);
}

#[test]
fn variables_of_several_segments_become_one_parameter_per_segment() {
    let document = library();
    let get = operation(&document, "get", BOOK_PATH);
    let shelf = parameter(get, "shelf").unwrap();
    assert_eq!(
        *shelf,
        json!({
            "name": "shelf", "in": "path", "required": true, "schema": {"type": "string"},
            "description": "The book, `shelves/{shelf}/books/{book}`.\n\n\
                            A part of `name`, which is `shelves/*/books/*`.",
        })
    );
    assert!(parameter(get, "book").is_some());
    // Bound by the path, so not in the query as well.
    assert_eq!(parameter(get, "name"), None);
}

#[test]
fn a_variable_of_one_segment_has_the_schema_of_its_field() {
    let document = library();
    let get = operation(&document, "get", "/v1/books/{id}");
    assert_eq!(at(parameter(get, "id").unwrap(), &["schema", "format"]), "int64");
    let number = operation(&document, "post", "/v1/numbers/{number}/{genre}");
    assert_eq!(
        *at(parameter(number, "genre").unwrap(), &["schema"]),
        json!({"$ref": "#/components/schemas/library.v1.Genre"})
    );
}

#[test]
fn two_stars_are_one_parameter_with_a_note() {
    let document = library();
    let get = operation(&document, "get", "/v1/archive/{name}");
    let name = parameter(get, "name").unwrap();
    assert!(
        at(name, &["description"])
            .as_str()
            .unwrap()
            .contains("slashes in it stay slashes"),
        "{name}"
    );
}

#[test]
fn verbs_stand_at_the_end_of_the_path() {
    let document = library();
    operation(&document, "post", "/v1/shelves/{shelf}/books/{book}:lend");
}

#[test]
fn paths_that_differ_only_in_names_are_one() {
    let document = library_of(&["other.proto"]);
    let item = at(&document, &["paths", "/v2/shelves/{shelfId}"]);
    assert!(item.get("get").is_some() && item.get("put").is_some(), "{item:#}");
    let put = parameter(at(item, &["put"]), "shelfId").unwrap();
    assert_eq!(
        at(put, &["description"]),
        "A part of `name`, which is `shelves/*`."
    );
    // `**` beside `*` takes other paths, but OpenAPI cannot tell the two apart.
    assert!(
        at(item, &["x-further-operations"])
            .get("GET /v2/{name=shelves/**}")
            .is_some()
    );
}

#[test]
fn custom_methods_stand_beside_those_of_openapi() {
    let document = library();
    let item = at(&document, &["paths", "/v1/shelves/{shelf}"]);
    let lock = at(item, &["x-further-operations", "LOCK /v1/{name=shelves/*}"]);
    assert_eq!(at(lock, &["operationId"]), "Library_Lock");
    assert_eq!(item.as_object().unwrap().len(), 1);
}

#[test]
fn every_binding_has_an_operation_id_of_its_own() {
    let document = library_of(&["library.proto", "other.proto"]);
    let mut ids = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for (method, operation) in item.as_object().unwrap() {
            if method != "x-further-operations" {
                ids.push(at(operation, &["operationId"]).as_str().unwrap().to_owned());
            }
        }
    }
    let distinct: HashSet<&String> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    for id in [
        "library_v1_Library_GetBook",
        "library_v1_Library_GetBook_2",
        "branch_v1_Library_GetBook",
    ] {
        assert!(ids.iter().any(|known| known == id), "{id} is not in {ids:?}");
    }
}

#[test]
fn services_of_one_short_name_are_tagged_by_their_full_names() {
    let document = library_of(&["library.proto", "other.proto"]);
    let tags: Vec<&Value> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    assert_eq!(tags, ["branch.v1.Library", "library.v1.Library"]);
    assert_eq!(
        at(operation(&document, "get", BOOK_PATH), &["tags"]),
        &json!(["library.v1.Library"])
    );
}

#[test]
fn schemas_have_full_names() {
    let document = library_of(&["library.proto", "other.proto"]);
    assert!(schema(&document, "library.v1.Book").get("properties").is_some());
    assert!(schema(&document, "branch.v1.Book").get("properties").is_some());
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_referred_to() {
    let document = library_of(&["library.proto", "other.proto"]);
    let mut found = HashSet::new();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => open.extend(object.values()),
            Value::Array(items) => open.extend(items),
            Value::String(text) if text.starts_with("#/") => {
                assert!(
                    document
                        .pointer(&text[1..])
                        .is_some_and(|target| !target.is_null()),
                    "{text}"
                );
                found.insert(text.as_str());
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        let reference = format!("#/components/schemas/{name}");
        assert!(found.contains(reference.as_str()), "{name} is used nowhere");
    }
}

#[test]
fn comments_become_descriptions() {
    let document = library();
    let get = operation(&document, "get", BOOK_PATH);
    assert_eq!(at(get, &["summary"]), "Gets a book");
    assert_eq!(
        at(get, &["description"]),
        "Gets a book. Waits for nobody.\n\ngRPC: `library.v1.Library/GetBook`."
    );
    assert_eq!(
        at(schema(&document, "library.v1.Book"), &["description"]),
        "A book."
    );
    assert_eq!(
        at(book_field(&document, "pagesSold"), &["description"]),
        "Pages sold."
    );
    let search = operation(&document, "get", "/v1/books");
    assert_eq!(
        at(parameter(search, "filter.words").unwrap(), &["description"]),
        "What to find.\n\nWords of the title."
    );
}

#[test]
fn scalars_have_their_json_forms() {
    let document = library();
    let table = [
        (
            "pagesSold",
            json!({"type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$", "examples": ["1"], "description": "Pages sold."}),
        ),
        (
            "copies",
            json!({"type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$", "examples": ["1"]}),
        ),
        ("shelfNo", json!({"type": "integer", "format": "int32"})),
        (
            "weightG",
            json!({"type": "integer", "format": "uint32", "minimum": 0, "maximum": 4_294_967_295_u32, "examples": [1]}),
        ),
        ("lent", json!({"type": "boolean"})),
        ("scan", json!({"type": "string", "contentEncoding": "base64"})),
        ("note", json!({"type": "string"})),
        ("authors", json!({"type": "array", "items": {"type": "string"}})),
        ("nothing", json!({"type": "null"})),
    ];
    for (field, expected) in table {
        assert_eq!(*book_field(&document, field), expected, "{field}");
    }
    for (field, format) in [("rating", "double"), ("price", "float")] {
        let expected = json!({"oneOf": [
            {"type": "number", "format": format},
            {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]},
        ]});
        assert_eq!(*book_field(&document, field), expected);
    }
}

#[test]
fn well_known_types_have_their_json_forms() {
    let document = library();
    let table = [
        ("Timestamp", json!("string")),
        ("Duration", json!("string")),
        ("FieldMask", json!("string")),
        ("Struct", json!("object")),
        ("ListValue", json!("array")),
        ("Any", json!("object")),
        ("Empty", json!("object")),
        ("Int64Value", json!(["string", "null"])),
        ("BoolValue", json!(["boolean", "null"])),
    ];
    for (name, kind) in table {
        let schema = schema(&document, &format!("google.protobuf.{name}"));
        assert_eq!(*at(schema, &["type"]), kind, "{name}");
    }
    assert_eq!(
        at(schema(&document, "google.protobuf.Timestamp"), &["format"]),
        "date-time"
    );
    assert_eq!(schema(&document, "google.protobuf.Value").get("type"), None);
    let worth = schema(&document, "google.protobuf.DoubleValue");
    assert_eq!(*at(worth, &["oneOf", "2"]), json!({"type": "null"}));
    assert_eq!(
        at(book_field(&document, "loan"), &["$ref"]),
        "#/components/schemas/google.protobuf.Duration"
    );
}

#[test]
fn enums_are_their_names_and_say_what_each_means() {
    let document = library();
    assert_eq!(
        *schema(&document, "library.v1.Genre"),
        json!({
            "type": "string",
            "enum": ["GENRE_UNSPECIFIED", "GENRE_FICTION", "GENRE_OTHER"],
            "description": "What kind of book it is.\n\n- `GENRE_UNSPECIFIED`: Not said.\n\
                            - `GENRE_FICTION`: Invented, all of it.",
        })
    );
}

#[test]
fn maps_are_objects_of_their_values() {
    let document = library();
    assert_eq!(
        *book_field(&document, "labels"),
        json!({"type": "object", "additionalProperties": {"type": "string"}})
    );
    assert_eq!(
        *book_field(&document, "sequels"),
        json!({
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/library.v1.Book"},
            "propertyNames": {"pattern": "^-?[0-9]+$"},
        })
    );
    assert_eq!(
        *at(book_field(&document, "votes"), &["propertyNames"]),
        json!({"enum": ["true", "false"]})
    );
}

#[test]
fn of_a_oneof_at_most_one_field_is_given() {
    let document = library();
    let person = json!({"title": "person", "required": ["person"]});
    let library = json!({"title": "library", "required": ["library"]});
    // `single` has one field and `note` is an optional one: neither is a choice.
    assert_eq!(
        *at(schema(&document, "library.v1.Book"), &["allOf"]),
        json!([{
            "description": "Who owns it.",
            "oneOf": [person, library, {"title": "none of them", "properties": {"person": false, "library": false}}],
        }])
    );
    assert_eq!(
        at(book_field(&document, "person"), &["description"]),
        "A person.\n\nAt most one of `person`, `library`."
    );
}

#[test]
fn field_behavior_is_kept() {
    let document = library();
    assert_eq!(
        *at(schema(&document, "library.v1.Book"), &["required"]),
        json!(["title"])
    );
    assert_eq!(*at(book_field(&document, "buyTime"), &["readOnly"]), json!(true));
    assert_eq!(*at(book_field(&document, "secret"), &["writeOnly"]), json!(true));
    assert_eq!(
        *at(book_field(&document, "oldCode"), &["deprecated"]),
        json!(true)
    );
    assert_eq!(
        *at(schema(&document, "library.v1.Book"), &["deprecated"]),
        json!(true)
    );
    let genre = at(book_field(&document, "genre"), &["description"]);
    assert_eq!(genre, "Which kind.\n\nCannot be changed once it is set.");
    let lend = operation(&document, "post", "/v1/shelves/{shelf}/books/{book}:lend");
    assert_eq!(*at(lend, &["deprecated"]), json!(true));
}

#[test]
fn a_body_leaves_out_what_the_path_holds() {
    let document = library();
    let lend = operation(&document, "post", "/v1/shelves/{shelf}/books/{book}:lend");
    assert_eq!(
        *at(lend, &["requestBody"]),
        json!({"required": true, "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/library.v1.LendBookRequest-without-name"},
            "example": {"reader": "Ana"},
        }}})
    );
    let body = schema(&document, "library.v1.LendBookRequest-without-name");
    assert_eq!(*at(body, &["required"]), json!(["reader"]));
    assert_eq!(at(body, &["properties"]).get("name"), None);
}

#[test]
fn a_body_of_one_field_leaves_the_others_to_the_query() {
    let document = library();
    let create = operation(&document, "post", "/v1/shelves/{shelf}/books");
    assert_eq!(
        at(
            create,
            &["requestBody", "content", "application/json", "schema", "$ref"]
        ),
        "#/components/schemas/library.v1.Book"
    );
    let parameters: Vec<&str> = create["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|parameter| parameter.get("name")?.as_str())
        .collect();
    assert_eq!(parameters, ["shelf", "validateOnly"]);
    let number = operation(&document, "post", "/v1/numbers/{number}/{genre}");
    assert_eq!(
        *at(number, &["requestBody"]),
        json!({"required": false, "content": {"application/json": {"schema": {
            "type": "array", "items": {"type": "string"},
        }}}})
    );
}

#[test]
fn a_patch_requires_no_field_but_those_of_the_path() {
    let document = library();
    let update = operation(&document, "patch", BOOK_PATH);
    let reference = at(
        update,
        &["requestBody", "content", "application/json", "schema", "$ref"],
    );
    assert_eq!(
        reference,
        "#/components/schemas/library.v1.Book-patch-without-name"
    );
    let body = schema(&document, "library.v1.Book-patch-without-name");
    assert_eq!(body.get("required"), None);
    assert_eq!(at(body, &["properties"]).get("name"), None);
    let mask = parameter(update, "updateMask").unwrap();
    // Filled from the body, even though a gRPC client must give it.
    assert_eq!(mask.get("required"), None);
    assert_eq!(
        at(mask, &["schema", "$ref"]),
        "#/components/schemas/google.protobuf.FieldMask"
    );
    // What the book was translated from is another book, with its name.
    assert_eq!(
        at(body, &["properties", "translationOf", "$ref"]),
        "#/components/schemas/library.v1.Book"
    );
}

#[test]
fn the_query_holds_what_is_left_and_can_be_written_in_a_query() {
    let document = library();
    let search = operation(&document, "get", "/v1/books");
    let names: Vec<&str> = search["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|parameter| parameter.get("name")?.as_str())
        .collect();
    // `filter.also` holds itself; `others` and `named` have no form in a query.
    assert_eq!(
        names,
        [
            "filter.words",
            "filter.year",
            "genres",
            "labels",
            "since",
            "atMost",
            "free"
        ]
    );
    assert_eq!(
        *at(parameter(search, "filter.words").unwrap(), &["required"]),
        json!(true)
    );
    let year = parameter(search, "filter.year").unwrap();
    assert_eq!(year.get("required"), None);
    assert_eq!(
        at(year, &["description"]),
        "What to find.\n\n`filter` is required: give at least one of its fields."
    );
    let free = parameter(search, "free").unwrap();
    assert_eq!(
        at(free, &["content", "application/json", "schema", "$ref"]),
        "#/components/schemas/google.protobuf.Struct"
    );
    assert_eq!(free.get("schema"), None);
    let genres = parameter(search, "genres").unwrap();
    assert_eq!(
        (
            at(genres, &["style"]),
            at(genres, &["explode"]),
            at(genres, &["schema", "type"])
        ),
        (&json!("form"), &json!(true), &json!("array"))
    );
    assert_eq!(at(parameter(search, "labels").unwrap(), &["style"]), "deepObject");
}

#[test]
fn response_body_is_the_answer() {
    let document = library();
    let search = operation(&document, "get", "/v1/books");
    assert_eq!(
        *at(
            search,
            &["responses", "200", "content", "application/json", "schema"]
        ),
        json!({
            "type": "array", "items": {"$ref": "#/components/schemas/library.v1.Book"},
            "description": "The books.",
        })
    );
}

#[test]
fn streams_are_sent_as_lines_or_an_array() {
    let document = library();
    let import = operation(&document, "post", "/v1/books:import");
    let content = at(import, &["requestBody", "content"]);
    let book = "#/components/schemas/library.v1.Book";
    assert_eq!(at(content, &["application/x-ndjson", "schema", "$ref"]), book);
    let array = at(content, &["application/json", "schema"]);
    assert_eq!(at(array, &["type"]), "array");
    assert_eq!(at(array, &["items", "$ref"]), book);
}

#[test]
fn streams_come_as_lines_events_or_an_array() {
    let document = library();
    let watch = operation(&document, "get", "/v1/shelves/{shelf}:watch");
    let content = at(watch, &["responses", "200", "content"]);
    let kinds: Vec<&String> = content.as_object().unwrap().keys().collect();
    assert_eq!(
        kinds,
        ["application/json", "application/x-ndjson", "text/event-stream"]
    );
    let frame = "#/components/schemas/library.v1.Book-frame";
    assert_eq!(at(content, &["application/x-ndjson", "schema", "$ref"]), frame);
    assert_eq!(at(content, &["text/event-stream", "schema", "type"]), "string");
    let alternatives = at(schema(&document, "library.v1.Book-frame"), &["oneOf"]);
    assert_eq!(
        at(alternatives, &["0", "properties", "result", "$ref"]),
        "#/components/schemas/library.v1.Book"
    );
    assert_eq!(
        at(alternatives, &["1", "properties", "error", "$ref"]),
        "#/components/schemas/google.rpc.Status"
    );
}

#[test]
fn http_body_is_bytes_of_any_type() {
    let document = library();
    let put = operation(&document, "put", "/v1/{id}/cover");
    for content in [
        at(put, &["requestBody", "content"]),
        at(put, &["responses", "200", "content"]),
    ] {
        assert_eq!(
            at(content, &["*/*", "schema", "contentMediaType"]),
            "application/octet-stream"
        );
    }
    assert!(
        document["components"]["schemas"]
            .get("google.api.HttpBody")
            .is_none()
    );
}

#[test]
fn errors_are_a_status_with_the_details_named() {
    let document = library();
    let get = operation(&document, "get", BOOK_PATH);
    assert_eq!(
        *at(get, &["responses", "default"]),
        json!({"$ref": "#/components/responses/Error"})
    );
    assert_eq!(
        at(
            &document,
            &[
                "components",
                "responses",
                "Error",
                "content",
                "application/json",
                "schema",
                "$ref"
            ]
        ),
        "#/components/schemas/google.rpc.Status"
    );
    let status = schema(&document, "google.rpc.Status");
    assert_eq!(*at(status, &["required"]), json!(["code", "message", "details"]));
    let details = at(status, &["properties", "details", "items", "anyOf"])
        .as_array()
        .unwrap();
    assert_eq!(details.len(), 2, "{details:#?}");
    assert_eq!(
        at(&details[0], &["properties", "@type", "const"]),
        "type.googleapis.com/google.rpc.ErrorInfo"
    );
}

#[test]
fn operations_say_who_may_call_them() {
    let document = library();
    let public = operation(&document, "get", BOOK_PATH);
    assert_eq!(*at(public, &["security"]), json!([]));
    assert!(!public["parameters"].to_string().contains("x-branch"));
    let lend = operation(&document, "post", "/v1/shelves/{shelf}/books/{book}:lend");
    assert_eq!(*at(lend, &["security"]), json!([{"bearer": []}]));
    assert_eq!(*at(lend, &["x-roles"]), json!(["librarian"]));
    assert!(
        at(lend, &["description"])
            .as_str()
            .unwrap()
            .contains("\n\nFor librarians.\n\n")
    );
    assert!(
        lend["parameters"]
            .to_string()
            .contains("#/components/parameters/x-branch")
    );
    assert_eq!(
        *at(&document, &["components", "parameters", "x-branch"]),
        json!({"name": "x-branch", "in": "header", "description": "Which branch.", "schema": {"type": "string"}})
    );
    assert_eq!(
        at(&document, &["components", "securitySchemes", "bearer", "scheme"]),
        "bearer"
    );
}

#[test]
fn an_rpc_without_a_binding_is_not_described() {
    let document = library();
    assert!(!document.to_string().contains("Hidden"));
}
