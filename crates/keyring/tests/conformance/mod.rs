//! What every store of master keys keeps to. Run by each of them, those of other crates included.

use posars_keyring::{KeyringError, MasterKey, Wrapped};

/// A key of a company, and what it is wrapped for.
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const CONTEXT: &str = "posars company key of main";

/// Puts a master key to the test, with another one whose works it must not open.
pub(crate) async fn of(master: &dyn MasterKey, stranger: &dyn MasterKey) {
    what_it_wraps_opens_for_the_same_and_nothing_else(master).await;
    what_others_wrapped_is_locked(master, stranger).await;
    what_is_cut_off_is_damaged(master).await;
}

async fn what_it_wraps_opens_for_the_same_and_nothing_else(master: &dyn MasterKey) {
    for plain in [&b"x"[..], KEY, &[0; 4_096]] {
        let wrapped = master.wrap(plain, CONTEXT).await.unwrap();
        assert!(!wrapped.master_key.is_empty());
        let opened = master.unwrap(&wrapped, CONTEXT).await.unwrap();
        assert_eq!(&**opened, plain);
    }
    let first = master.wrap(KEY, CONTEXT).await.unwrap();
    let second = master.wrap(KEY, CONTEXT).await.unwrap();
    assert_eq!(first.master_key, second.master_key);
    assert_ne!(
        first.ciphertext, second.ciphertext,
        "equal keys would be seen to be equal"
    );
    let shown = |wrapped: &Wrapped| wrapped.ciphertext.windows(KEY.len()).any(|part| part == KEY);
    assert!(!shown(&first));
    for other in ["posars company key of other", ""] {
        let error = master.unwrap(&first, other).await.unwrap_err();
        assert!(matches!(error, KeyringError::Damaged(_)), "{error}");
    }
}

async fn what_others_wrapped_is_locked(master: &dyn MasterKey, stranger: &dyn MasterKey) {
    let theirs = stranger.wrap(KEY, CONTEXT).await.unwrap();
    let error = master.unwrap(&theirs, CONTEXT).await.unwrap_err();
    let KeyringError::Locked { master_key, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*master_key, theirs.master_key);
    // Nor does a false name open it.
    let ours = master.wrap(KEY, CONTEXT).await.unwrap();
    let renamed = Wrapped {
        master_key: ours.master_key,
        ..theirs
    };
    let error = master.unwrap(&renamed, CONTEXT).await.unwrap_err();
    assert!(matches!(error, KeyringError::Damaged(_)), "{error}");
}

/// What has lost its end.
async fn what_is_cut_off_is_damaged(master: &dyn MasterKey) {
    let mut short = master.wrap(KEY, CONTEXT).await.unwrap();
    short.ciphertext.truncate(8);
    let error = master.unwrap(&short, CONTEXT).await.unwrap_err();
    assert!(matches!(error, KeyringError::Damaged(_)), "{error}");
}
