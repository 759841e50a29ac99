//! The local issuer: one key, kept from others, whose tokens pass its own verifier.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use posars_identity::{Grantee, IssuerError, LIFETIME_MAX, LocalIssuer, Membership, TokenError, Verifier};

const HOUR: Duration = Duration::from_secs(3_600);

fn grantee(subject: &str, groups: &[&str]) -> Grantee {
    Grantee {
        subject: subject.to_owned(),
        memberships: groups
            .iter()
            .map(|group| group.parse::<Membership>().unwrap())
            .collect(),
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn its_tokens_pass_its_verifier_and_say_what_was_granted() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("identity")).unwrap();
    let verifier = Verifier::new(issuer.verifier_config()).await.unwrap();
    let ana = grantee("ana", &["main/cashier/centro", "acme/auditor"]);
    let token = issuer.issue(&ana, HOUR).unwrap();
    let identity = verifier.verify(&token).await.unwrap();
    assert_eq!(identity.subject, "ana");
    assert_eq!(identity.client, "posars-cli");
    let mut granted = ana.memberships.clone();
    granted.sort();
    assert_eq!(identity.memberships, granted);
    // Over after its life and the leeway, and of no use elsewhere.
    let later = Timestamp::now() + jiff::SignedDuration::from_secs(3_600 + 31);
    assert_eq!(verifier.verify_at(&token, later).await, Err(TokenError::Expired));
    let elsewhere = tempfile::tempdir().unwrap();
    let other = LocalIssuer::open(&elsewhere.path().join("identity")).unwrap();
    let stranger = Verifier::new(other.verifier_config()).await.unwrap();
    assert_eq!(stranger.verify(&token).await, Err(TokenError::KeyUnknown));
    let shown = format!("{issuer:?} {ana:?}");
    assert!(
        !shown.contains("PRIVATE") && !shown.contains("\"ana\""),
        "{shown}"
    );
}

#[tokio::test]
async fn a_token_made_by_hand_says_so_and_one_of_a_grant_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("identity")).unwrap();
    let verifier = Verifier::new(issuer.verifier_config()).await.unwrap();
    let owner: Membership = "main/owner".parse().unwrap();
    let by_hand = issuer
        .issue_by_hand("ana", owner.clone(), HOUR, Timestamp::now())
        .unwrap();
    let identity = verifier.verify(&by_hand).await.unwrap();
    assert_eq!(identity.role_by_hand, Some(owner.role));
    assert_eq!(
        (identity.subject.as_str(), &identity.memberships),
        ("ana", &vec![owner])
    );
    let granted = issuer.issue(&grantee("ana", &["main/owner"]), HOUR).unwrap();
    assert_eq!(verifier.verify(&granted).await.unwrap().role_by_hand, None);
}

#[test]
fn the_key_is_made_once_and_kept_from_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/identity");
    assert!(matches!(LocalIssuer::read(&path), Err(IssuerError::NoKey { .. })));
    assert!(!path.exists(), "reading makes nothing");
    // At once: threads here, processes in life; the files are the same.
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let issuer = LocalIssuer::open(&path).unwrap();
                    let now = Timestamp::from_second(1_800_000_000).unwrap();
                    issuer.issue_at(&grantee("ana", &[]), HOUR, now).unwrap()
                })
            })
            .collect();
        opening.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let header = |token: &str| token.split('.').next().unwrap().to_owned();
    assert!(
        tokens
            .iter()
            .all(|token| header(token) == header(tokens.first().unwrap())),
        "all were signed with one key"
    );
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("signing-key.pem")), 0o600);
    let mut files: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(
        files,
        ["jwks.json", "signing-key.pem"],
        "nothing half-made is left"
    );
    let public = std::fs::read_to_string(path.join("jwks.json")).unwrap();
    assert!(!public.contains("\"d\"") && !public.contains("\"p\""), "{public}");
    // A lost key set is made again from the key.
    std::fs::remove_file(path.join("jwks.json")).unwrap();
    LocalIssuer::open(&path).unwrap();
    assert_eq!(std::fs::read_to_string(path.join("jwks.json")).unwrap(), public);
}

#[test]
fn a_key_that_others_may_touch_is_refused_with_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity");
    LocalIssuer::open(&path).unwrap();
    let key = path.join("signing-key.pem");
    for (exposed, bad, good) in [
        (&key, 0o640, 0o600),
        (&key, 0o604, 0o600),
        (&key, 0o620, 0o600),
        (&path, 0o755, 0o700),
        (&path, 0o770, 0o700),
    ] {
        set_mode(exposed, bad);
        for opened in [LocalIssuer::open(&path), LocalIssuer::read(&path)] {
            let error = opened.unwrap_err();
            assert!(matches!(error, IssuerError::Exposed { .. }), "{error}");
            let command = format!("`chmod {good:o} {}`", exposed.display());
            assert!(error.to_string().contains(&command), "{error}");
        }
        set_mode(exposed, good);
        LocalIssuer::read(&path).unwrap();
    }
}

#[test]
fn a_broken_key_is_not_replaced_behind_the_owners_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity");
    LocalIssuer::open(&path).unwrap();
    let key = path.join("signing-key.pem");
    for broken in [
        "",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "\u{0}\u{1}",
    ] {
        std::fs::write(&key, broken).unwrap();
        let error = LocalIssuer::open(&path).unwrap_err();
        assert!(matches!(error, IssuerError::BadKey { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&key).unwrap(), broken);
    }
}

#[test]
fn tokens_have_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = LocalIssuer::open(&folder.path().join("identity")).unwrap();
    let ana = grantee("ana", &["main/owner"]);
    for lifetime in [
        Duration::ZERO,
        Duration::from_millis(999),
        LIFETIME_MAX + Duration::from_secs(1),
    ] {
        assert!(matches!(issuer.issue(&ana, lifetime), Err(IssuerError::Lifetime)));
    }
    assert!(issuer.issue(&ana, LIFETIME_MAX).is_ok());
    for subject in ["", "a b", "a\n", &"s".repeat(65)] {
        let refused = issuer.issue(&grantee(subject, &[]), HOUR);
        assert!(matches!(refused, Err(IssuerError::Subject)), "{subject:?}");
    }
    let everywhere: Vec<String> = (0..200)
        .map(|store| format!("main/cashier/{}{store}", "s".repeat(36)))
        .collect();
    let groups: Vec<&str> = everywhere.iter().map(String::as_str).collect();
    let refused = issuer.issue(&grantee("ana", &groups), HOUR);
    assert!(matches!(refused, Err(IssuerError::TooManyMemberships)));
}
