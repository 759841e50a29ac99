//! A password in a file, which changes while the program runs.

use std::time::Duration;

use crate::server::{NAME, TlsServer, connected, refusal};

#[tokio::test]
async fn a_rotated_password_needs_no_new_start() {
    let server = TlsServer::shared().await;
    let admin = connected(&server.address(NAME, "sslmode=require")).await;
    admin
        .batch_execute("create role bia login password 'one'")
        .await
        .unwrap();
    let file = server.file("password", "one\n");
    let text = format!("sslmode=require passfile={}", file.display());
    let address = server.address(NAME, &text.replace("passfile", "user=bia passfile"));
    assert!(!address.holds_password());
    let pool = address.pool().max_size(2).build().unwrap();
    let early = pool.get().await.unwrap();
    admin
        .batch_execute("alter role bia password 'two'")
        .await
        .unwrap();
    // Beside it lies what is touched when another password is wanted.
    let wanted = server.file("password.wanted", "");
    let impatient = address.clone().with_password_patience(Duration::from_millis(500));
    let said = refusal(&impatient).await;
    assert_eq!(std::fs::read_to_string(&wanted).unwrap(), "1");
    assert!(
        said.contains("refuses the password in") && said.contains("follows"),
        "{said}"
    );
    // Whoever writes the file follows the server: a connection that is being made waits for that.
    let patient = address.clone().with_password_patience(Duration::from_secs(60));
    let (_client, ()) = tokio::join!(connected(&patient), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.file("password", "two\r\n");
    });
    // The session from before goes on, and the pool makes its next one with the new password.
    let late = pool.get().await.unwrap();
    for session in [&early, &late] {
        session.batch_execute("select 1").await.unwrap();
    }
    for (text, expected) in [("\n", "it is empty"), (&"x".repeat(20_000), "longer than")] {
        server.file("password", text);
        let said = refusal(&address).await;
        assert!(said.contains(expected), "{said}");
    }
    std::fs::remove_file(&file).unwrap();
    let said = refusal(&address).await;
    assert!(
        said.contains("cannot be read") && said.contains("password"),
        "{said}"
    );
}

#[tokio::test]
async fn a_wrong_password_in_the_text_is_the_servers_own_word() {
    let server = TlsServer::shared().await;
    let address = server.address(NAME, "sslmode=require password=wrong");
    let Err(error) = address.connect().await else {
        panic!("it connects")
    };
    assert_eq!(error.code().map(|code| code.code()), Some("28P01"));
}
