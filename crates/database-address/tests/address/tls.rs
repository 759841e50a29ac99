//! Who is let in by which word of `sslmode`, and what is said where nobody is.

use std::time::Duration;

use posars_database_address::{Address, Protection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::server::{NAME, TlsServer, authority, connected, refusal};

async fn uses_tls(address: &Address) -> bool {
    let client = connected(address).await;
    let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn the_right_authority_and_name_are_let_in_by_default() {
    let server = TlsServer::shared().await;
    let roots = server.file("right.pem", &server.authority.pem());
    let address = server.address(NAME, &format!("sslrootcert={}", roots.display()));
    assert_eq!(address.protection(), Protection::VerifyFull);
    assert!(uses_tls(&address).await);
    // PostgreSQL offers channel binding with SCRAM, which proves that nobody is in between.
    let bound = server.address(
        NAME,
        &format!("sslrootcert={} channel_binding=require", roots.display()),
    );
    assert!(uses_tls(&bound).await);
}

#[tokio::test]
async fn another_authority_is_refused_by_both_words_that_verify() {
    let server = TlsServer::shared().await;
    let roots = server.file("wrong.pem", &authority("somebody else").pem());
    for word in ["verify-full", "verify-ca"] {
        let more = format!("sslmode={word} sslrootcert={}", roots.display());
        let said = refusal(&server.address(NAME, &more)).await;
        assert!(said.contains("does not prove who it is"), "{said}");
        assert!(
            said.contains(word) && said.contains("sslrootcert=/path"),
            "{said}"
        );
    }
    // Those that this machine trusts did not sign it, either.
    let said = refusal(&server.address(NAME, "")).await;
    assert!(said.contains("sslrootcert"), "{said}");
}

#[tokio::test]
async fn another_name_is_refused_by_the_word_that_looks_at_it() {
    let server = TlsServer::shared().await;
    let roots = server.file("right-name.pem", &server.authority.pem());
    let roots = format!("sslrootcert={}", roots.display());
    let said = refusal(&server.address("other.posars.test", &roots)).await;
    assert!(
        said.contains(NAME) && said.contains("other.posars.test"),
        "{said}"
    );
    assert!(said.contains("subjectAltName"), "{said}");
    let by_authority = server.address("other.posars.test", &format!("sslmode=verify-ca {roots}"));
    assert!(uses_tls(&by_authority).await);
    // An address is a name, too, and the certificate does not have it.
    let text = format!(
        "host=127.0.0.1 port={} user=ana password=first sslmode=verify-full {roots}",
        server.port()
    );
    let said = refusal(&Address::parse(&text).unwrap()).await;
    assert!(said.contains("127.0.0.1"), "{said}");
}

#[tokio::test]
async fn without_a_look_at_the_certificate_any_is_taken() {
    let server = TlsServer::shared().await;
    assert!(uses_tls(&server.address("other.posars.test", "sslmode=require")).await);
    assert!(
        uses_tls(&server.address("localhost", "")).await,
        "prefer uses what is offered"
    );
}

#[tokio::test]
async fn a_server_that_takes_nothing_but_tls_says_so() {
    let server = TlsServer::shared().await;
    let said = refusal(&server.address(NAME, "sslmode=disable")).await;
    assert!(said.contains("refuses a connection without TLS"), "{said}");
    assert!(said.contains("sslmode=verify-full"), "{said}");
}

#[tokio::test]
async fn a_pool_takes_the_same_way() {
    let server = TlsServer::shared().await;
    let roots = server.file("pool.pem", &server.authority.pem());
    let address = server.address(NAME, &format!("sslrootcert={}", roots.display()));
    let pool = address.pool().max_size(1).build().unwrap();
    let row = pool
        .get()
        .await
        .unwrap()
        .query_one("select 1", &[])
        .await
        .unwrap();
    assert_eq!(row.get::<_, i32>(0), 1);
    let wrong = server.address("other.posars.test", &format!("sslrootcert={}", roots.display()));
    let pool = wrong.pool().max_size(1).build().unwrap();
    let error = pool.get().await.unwrap_err();
    let deadpool_postgres::PoolError::Backend(error) = error else {
        panic!("{error}")
    };
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("subjectAltName"), "{cause}");
}

#[tokio::test]
async fn a_renewed_certificate_needs_no_new_start() {
    let server = tokio::task::spawn_blocking(TlsServer::start)
        .await
        .unwrap()
        .unwrap();
    let roots = server.file("roots.pem", &server.authority.pem());
    let address = server.address(NAME, &format!("sslrootcert={}", roots.display()));
    assert!(uses_tls(&address).await);
    let next = authority("the next one");
    server.renew(&next).await;
    // Both are trusted while one takes the place of the other.
    server.file(
        "roots.pem",
        &format!("{}\n{}", server.authority.pem(), next.pem()),
    );
    assert!(uses_tls(&address).await);
    server.file("roots.pem", &next.pem());
    assert!(uses_tls(&address).await);
    for (text, expected) in [
        (
            "-----BEGIN CERTIFICATE-----\nnonsense\n",
            "roots.pem cannot be used",
        ),
        ("", "there is no certificate in it"),
    ] {
        server.file("roots.pem", text);
        let said = refusal(&address).await;
        assert!(said.contains(expected), "{said}");
    }
    std::fs::remove_file(&roots).unwrap();
    let said = refusal(&address).await;
    assert!(said.contains("roots.pem cannot be used"), "{said}");
}

/// Somebody who answers a wish for TLS with one byte, or not at all, and then says nothing.
async fn somebody(answer: Option<u8>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut wish = [0; 8];
            if stream.read_exact(&mut wish).await.is_ok()
                && let Some(answer) = answer
            {
                stream.write_all(&[answer]).await.unwrap();
            }
            kept.push(stream);
        }
    });
    port
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let port = somebody(Some(b'N')).await;
    let text = format!("host=db.example hostaddr=127.0.0.1 port={port} user=ana dbname=shop");
    let said = refusal(&Address::parse(&text).unwrap()).await;
    assert!(
        said.contains("takes no TLS") && said.contains("sslmode=disable"),
        "{said}"
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_at_the_deadline() {
    let deadline = Duration::from_millis(200);
    for answer in [None, Some(b'S')] {
        let port = somebody(answer).await;
        let text = format!("host=127.0.0.1 port={port} user=ana dbname=shop");
        let address = Address::parse(&text).unwrap().within(deadline);
        let said = refusal(&address).await;
        assert!(said.contains("did not answer within 200 ms"), "{said}");
        assert!(said.contains(&format!("127.0.0.1:{port}")), "{said}");
    }
}
