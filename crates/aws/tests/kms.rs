//! KMS, as an emulator shows it, as a store of master keys.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../../keyring/tests/conformance/mod.rs"]
mod conformance;

use std::time::{Duration, Instant};

use posars_aws::{AwsClients, KmsKeyName, KmsMasterKey};
use posars_keyring::{KeyringError, MasterKey as _, MemoryMasterKey};
use posars_testkit::AwsEmulator;

async fn client(aws: &AwsEmulator) -> aws_sdk_kms::Client {
    AwsClients::at(aws.endpoint(), "us-east-1", "test", "test")
        .await
        .unwrap()
        .kms()
}

/// A new key of KMS, by its id.
async fn made(client: &aws_sdk_kms::Client) -> (KmsMasterKey, String) {
    let metadata = client.create_key().send().await.unwrap().key_metadata.unwrap();
    (named(client, &metadata.key_id), metadata.key_id)
}

fn named(client: &aws_sdk_kms::Client, name: &str) -> KmsMasterKey {
    KmsMasterKey::new(client.clone(), KmsKeyName::parse(&format!("kms:{name}")).unwrap())
}

#[tokio::test]
async fn a_key_of_kms_conforms() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let (master, _) = made(&client(aws).await).await;
    conformance::of(&master, &MemoryMasterKey::default()).await;
}

#[tokio::test]
async fn what_an_alias_wrapped_opens_after_the_alias_was_given_to_another() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let client = client(aws).await;
    let alias = format!("alias/posars-{}", uuid::Uuid::new_v4());
    let (first, first_id) = made(&client).await;
    client
        .create_alias()
        .alias_name(&alias)
        .target_key_id(first_id)
        .send()
        .await
        .unwrap();
    let master = named(&client, &alias);
    let before = master.wrap(b"key", "context").await.unwrap();
    assert!(before.master_key.starts_with("kms:arn:"), "{}", before.master_key);
    let (_, second_id) = made(&client).await;
    client
        .update_alias()
        .alias_name(&alias)
        .target_key_id(second_id)
        .send()
        .await
        .unwrap();
    let after = master.wrap(b"key", "context").await.unwrap();
    assert_ne!(before.master_key, after.master_key);
    for wrapped in [&before, &after] {
        for any in [&master, &first] {
            assert_eq!(&**any.unwrap(wrapped, "context").await.unwrap(), b"key");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_or_disabled_is_locked_and_says_why() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let client = client(aws).await;
    let missing = named(&client, "00000000-0000-0000-0000-000000000000");
    let error = missing.wrap(b"key", "context").await.unwrap_err();
    assert!(matches!(error, KeyringError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("none of that name"), "{error}");
    let (master, id) = made(&client).await;
    let wrapped = master.wrap(b"key", "context").await.unwrap();
    client.disable_key().key_id(&id).send().await.unwrap();
    let error = master.unwrap(&wrapped, "context").await.unwrap_err();
    assert!(matches!(error, KeyringError::Locked { .. }), "{error}");
    client.enable_key().key_id(&id).send().await.unwrap();
    assert_eq!(&**master.unwrap(&wrapped, "context").await.unwrap(), b"key");
}

#[tokio::test]
async fn a_service_that_is_away_is_given_up_in_time() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let clients = AwsClients::at(&endpoint, "us-east-1", "test", "test")
        .await
        .unwrap();
    let master = named(&clients.kms(), "alias/posars");
    let began = Instant::now();
    let error = master.wrap(b"key", "context").await.unwrap_err();
    assert!(matches!(error, KeyringError::MasterKeyStore(_)), "{error}");
    assert!(error.to_string().contains("Next:"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(30));
}
