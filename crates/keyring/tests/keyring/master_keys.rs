//! The stores of master keys that live here conform.

use posars_keyring::{KeyFile, KeyringError, MasterKey, MemoryMasterKey};

use crate::conformance;

#[tokio::test]
async fn a_key_in_memory_conforms() {
    let ours = MemoryMasterKey::default();
    conformance::of(&ours, &MemoryMasterKey::default()).await;
    what_was_changed_is_damaged(&ours).await;
}

#[tokio::test]
async fn a_file_conforms_also_after_a_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| KeyFile::at(folder.path().join(name)).that_may_begin();
    let (ours, theirs) = (file("ours"), file("theirs"));
    conformance::of(&ours, &theirs).await;
    what_was_changed_is_damaged(&ours).await;
    ours.add().unwrap();
    conformance::of(&ours, &theirs).await;
}

/// The cipher is ours here. KMS does the same, but its emulator opens what was changed.
async fn what_was_changed_is_damaged(master: &dyn MasterKey) {
    let wrapped = master.wrap(b"key", "context").await.unwrap();
    for place in 0..wrapped.ciphertext.len() {
        let mut changed = wrapped.clone();
        changed.ciphertext[place] ^= 1;
        let error = master.unwrap(&changed, "context").await.unwrap_err();
        assert!(matches!(error, KeyringError::Damaged(_)), "{error}");
    }
}
