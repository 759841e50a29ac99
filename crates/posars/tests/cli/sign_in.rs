//! Who a serving process lets in, and where it may listen.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use crate::support::{Folder, Up, posars, run};

/// The status and the body of a GET with this token.
fn get(address: &str, path: &str, token: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: posars\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
    (status, answer)
}

fn token(arguments: &[&str]) -> String {
    let all = [&["token", "--role", "owner"], arguments].concat();
    run(&all).ended(0).out.trim().to_owned()
}

#[test]
fn the_key_of_this_machine_does_not_serve_others_unless_told_so() {
    let folder = Folder::new();
    let data = folder.data();
    let listen = |more: &[&str]| {
        let all = ["up", "--data", &data, "--listen", "0.0.0.0:0"];
        posars(&[&all, more].concat())
    };
    let refused: crate::support::Ran = listen(&[]).output().unwrap().into();
    let refused = refused.ended(2);
    assert_eq!(refused.error()["code"], "LOCAL_ISSUER_EXPOSED", "{refused}");
    let next = refused.error()["next"].as_str().unwrap().to_owned();
    assert!(
        next.contains("--auth-issuer") && next.contains("--expose-local-issuer"),
        "{next}"
    );
    assert!(!Path::new(&data).join("pg").exists(), "PostgreSQL was begun");

    let up = Up::spawn(listen(&["--expose-local-issuer"]));
    assert_eq!(up.terminate().0, 0);
}

#[test]
fn the_first_command_to_try_brings_a_token_that_opens() {
    let folder = Folder::new();
    let data = folder.data();
    let up = Up::start(&["--data", &data]);
    let first = up.ready["first_commands"][0].as_str().unwrap().to_owned();
    assert!(
        first.starts_with("curl ") && first.contains("token --role owner"),
        "{first}"
    );
    // What the line does, with an HTTP client that is everywhere: curl may not be.
    let asked = first.split(&format!("http://{}", up.address())).nth(1).unwrap();
    let path = asked.trim_end_matches('"');
    let making = first.split("$(").nth(1).unwrap().split(")\"").next().unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", making])
        .output()
        .unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    let (status, answer) = get(up.address(), path, made.trim());
    assert_eq!(status, 200, "{answer}");
    let (status, answer) = get(up.address(), path, "");
    assert_eq!(status, 401, "{answer}");
    assert!(
        answer.to_lowercase().contains("www-authenticate: bearer"),
        "{answer}"
    );
    assert!(answer.contains("TOKEN_MISSING"), "{answer}");
    assert_eq!(
        up.wait_for_readyz(200)["dependencies"]["issuer_keys"]["ready"],
        true
    );
    assert_eq!(up.terminate().0, 0);
}

#[test]
fn one_server_serves_every_company_of_its_database() {
    let folder = Folder::new();
    let data = folder.data();
    let sales = |up: &Up, company: &str, of: &str| {
        let token = token(&["--data", &data, "--company", of]);
        get(up.address(), &format!("/v1/companies/{company}/sales"), &token).0
    };
    let up = Up::start(&["--data", &data, "--company", "filial"]);
    assert_eq!(sales(&up, "filial", "filial"), 200);
    assert_eq!(sales(&up, "main", "main"), 200);
    assert_eq!(sales(&up, "main", "filial"), 404);
    assert_eq!(sales(&up, "other", "other"), 404);
    assert_eq!(up.terminate().0, 0);
    // It is in the database from now on, and commands can be about it while it is served.
    let mut command = posars(&["up", "--data", &data, "--listen", "127.0.0.1:0"]);
    command.env("POSARS_COMPANY", "filial");
    let up = Up::spawn(command);
    assert_eq!(sales(&up, "filial", "filial"), 200);
    let listed = run(&["companies", "list", "--data", &data]).ended(0).json();
    for (at, id) in ["filial", "main"].into_iter().enumerate() {
        let company = &listed["companies"][at];
        assert_eq!(
            (&company["id"], &company["name"]),
            (&id.into(), &"Minha empresa".into())
        );
    }
    let proven = ["audit", "verify", "--data", &data, "--company", "filial"];
    assert_eq!(run(&proven).ended(0).json()["log"], "filial");
    let first = up.ready["first_commands"][0].as_str().unwrap();
    assert!(first.contains("--company main"), "the path is of main: {first}");
    assert_eq!(up.terminate().0, 0);
}

#[test]
fn tokens_of_another_issuer_open_when_it_is_named() {
    let elsewhere = Folder::new();
    let keys = elsewhere.file("keys").display().to_string();
    posars_identity::LocalIssuer::open(Path::new(&keys)).unwrap();
    let foreign = token(&["--identity", &keys]);
    let folder = Folder::new();
    let data = folder.data();
    let jwks = Path::new(&keys).join("jwks.json").display().to_string();
    let mut command = posars(&["up", "--data", &data, "--listen", "127.0.0.1:0"]);
    command
        .env("POSARS_AUTH_ISSUER", "posars-local")
        .env("POSARS_AUTH_JWKS", &jwks)
        .env("POSARS_AUTH_CLIENT_IDS", "another,posars-cli");
    let up = Up::spawn(command);
    let path = "/v1/companies/main/sales";
    let (status, answer) = get(up.address(), path, &foreign);
    assert_eq!(status, 200, "{answer}");
    let first = up.ready["first_commands"][0].as_str().unwrap();
    assert!(!first.contains("token"), "no token of ours opens this: {first}");
    assert!(
        !Path::new(&data).join("identity").exists(),
        "a key that nobody needs was made"
    );
    assert_eq!(up.terminate().0, 0);

    let half = run(&[
        "up",
        "--data",
        &data,
        "--listen",
        "127.0.0.1:0",
        "--auth-issuer",
        "x",
    ])
    .ended(2);
    assert_eq!(half.error()["code"], "AUTH_SETTINGS", "{half}");
}

#[test]
fn an_owner_reads_the_users_of_this_machine_and_everybody_their_companies() {
    let folder = Folder::new();
    let data = folder.data();
    let up = Up::start(&["--data", &data]);
    run(&[
        "users", "add", "bia", "--name", "Bia Lima", "--role", "cashier", "--data", &data,
    ])
    .ended(0);
    let owner = token(&["--data", &data]);
    let (status, answer) = get(up.address(), "/v1/companies/main/users", &owner);
    assert_eq!(status, 200, "{answer}");
    assert!(
        answer.contains("companies/main/users/bia") && answer.contains("ROLE_CASHIER"),
        "{answer}"
    );
    let bia = run(&["token", "--subject", "bia", "--data", &data]).ended(0);
    let (status, answer) = get(up.address(), "/v1/companies", bia.out.trim());
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("Minha empresa"), "{answer}");
    let (status, answer) = get(up.address(), "/v1/companies/main/users", bia.out.trim());
    assert_eq!(status, 403, "{answer}");
    assert_eq!(up.terminate().0, 0);
}
