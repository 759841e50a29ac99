//! Users and grants on a real PostgreSQL.

use posars_identity::{Membership, Users, UsersError};
use posars_testkit::TestDatabase;

fn membership(text: &str) -> Membership {
    text.parse().unwrap()
}

fn groups(memberships: &[Membership]) -> Vec<String> {
    memberships.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn users_come_get_grants_lose_them_and_go() {
    let database = TestDatabase::create().await.unwrap();
    let users = Users::of(database.url()).unwrap();
    assert!(users.list(10).await.unwrap().is_empty());
    users.add("ana", "  Ana Souza ").await.unwrap();
    users.add("bia", "Bia").await.unwrap();
    assert_eq!(users.add("ana", "Another").await, Err(UsersError::Exists));
    let ana = users.find("ana").await.unwrap().unwrap();
    assert_eq!(
        (ana.display_name.as_str(), ana.memberships.len()),
        ("Ana Souza", 0)
    );
    for (group, is_new) in [
        ("main/cashier/centro", true),
        ("main/cashier/centro", false),
        ("main/cashier", true),
        ("main/cashier", false),
        ("acme/owner", true),
    ] {
        let granted = users.grant("ana", &membership(group)).await.unwrap();
        assert_eq!(granted, is_new, "{group}");
    }
    users.grant("bia", &membership("main/stock")).await.unwrap();
    let listed = users.list(10).await.unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|user| (user.subject.as_str(), groups(&user.memberships)))
        .collect();
    let of_ana = ["acme/owner", "main/cashier", "main/cashier/centro"].map(str::to_owned);
    assert_eq!(
        shown,
        [("ana", of_ana.to_vec()), ("bia", vec!["main/stock".to_owned()])]
    );
    // The bound counts users, not grants.
    assert_eq!(users.list(1).await.unwrap().len(), 1);
    assert_eq!(users.list(1).await.unwrap().first().unwrap().memberships.len(), 3);
    // The grant for every store goes, that for one store stays.
    assert_eq!(users.revoke("ana", &membership("main/cashier")).await, Ok(true));
    assert_eq!(users.revoke("ana", &membership("main/cashier")).await, Ok(false));
    let ana = users.find("ana").await.unwrap().unwrap();
    assert_eq!(groups(&ana.memberships), ["acme/owner", "main/cashier/centro"]);
    users.remove("ana").await.unwrap();
    assert_eq!(users.find("ana").await, Ok(None));
    assert_eq!(users.remove("ana").await, Err(UsersError::Unknown));
    // Who comes back begins with nothing.
    users.add("ana", "Ana").await.unwrap();
    assert!(users.find("ana").await.unwrap().unwrap().memberships.is_empty());
    let shown = format!("{:?}", users.list(10).await.unwrap());
    assert!(!shown.contains("ana") && !shown.contains("Bia"), "{shown}");
}

#[tokio::test]
async fn what_makes_no_user_or_grant_is_refused() {
    let database = TestDatabase::create().await.unwrap();
    let users = Users::of(database.url()).unwrap();
    for subject in [
        "",
        "a b",
        "a\tb",
        &"s".repeat(65),
        "an\u{200b}a",
        "\u{202e}ana",
        "ana\u{2066}",
        "\u{feff}ana",
        "\u{3164}",
    ] {
        assert_eq!(
            users.add(subject, "Ana").await,
            Err(UsersError::Subject),
            "{subject:?}"
        );
    }
    for subject in [
        "52998224725",
        "529.982.247-25",
        "11222333000181",
        "12ABC34501DE35",
    ] {
        assert_eq!(
            users.add(subject, "Ana").await,
            Err(UsersError::SubjectIsTaxId),
            "{subject:?}"
        );
    }
    for name in ["", "   ", "a\nb", &"n".repeat(121), "\u{3164}", "An\u{202e}a"] {
        assert_eq!(
            users.add("ana", name).await,
            Err(UsersError::DisplayName),
            "{name:?}"
        );
    }
    let owner = membership("main/owner");
    assert_eq!(users.grant("nobody", &owner).await, Err(UsersError::Unknown));
    assert_eq!(users.revoke("nobody", &owner).await, Err(UsersError::Unknown));
    users.add("ana", "Ana").await.unwrap();
    for store in 0..100 {
        let grant = membership(&format!("main/cashier/s{store}"));
        assert_eq!(users.grant("ana", &grant).await, Ok(true));
    }
    assert_eq!(
        users.grant("ana", &owner).await,
        Err(UsersError::TooManyGrants(100))
    );
    assert_eq!(
        users.grant("ana", &membership("main/cashier/s1")).await,
        Ok(false)
    );
    // Text of SQL is text.
    users.add("x';drop", "'; drop table users; --").await.unwrap();
    assert_eq!(users.list(10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_database_that_is_away_or_old_is_named_so() {
    assert!(matches!(
        Users::of("postgres://["),
        Err(UsersError::InvalidUrl(_))
    ));
    let away = Users::of("host=127.0.0.1 port=1 user=x dbname=x").unwrap();
    assert!(matches!(away.list(1).await, Err(UsersError::Unavailable(_))));
    let empty = TestDatabase::create_empty().await.unwrap();
    let error = Users::of(empty.url()).unwrap().list(1).await.unwrap_err();
    assert!(matches!(error, UsersError::Refused(_)), "{error}");
    assert!(error.to_string().contains("posars migrate"), "{error}");
}

#[tokio::test]
async fn a_company_has_its_members_and_sees_no_grant_of_another() {
    let database = TestDatabase::create().await.unwrap();
    let users = Users::of(database.url()).unwrap();
    for (subject, grants) in [
        ("ana", &["acme/owner", "main/cashier/centro"][..]),
        ("bia", &["main/owner"]),
        ("caio", &[]),
        ("dora", &["acme/stock", "acme/cashier/sp01"]),
        ("Zeca", &["acme/hr"]),
    ] {
        users.add(subject, subject).await.unwrap();
        for grant in grants {
            users.grant(subject, &membership(grant)).await.unwrap();
        }
    }
    let acme = "acme".parse().unwrap();
    let members = async |after: &str, users_max| {
        let found = users.members(&acme, after, users_max).await.unwrap();
        let found = found.into_iter();
        let found = found.map(|user| (user.subject, groups(&user.memberships)));
        found.collect::<Vec<_>>()
    };
    let of = |subject: &str, grants: &[&str]| {
        let grants = grants.iter().map(|grant| (*grant).to_owned());
        (subject.to_owned(), grants.collect::<Vec<_>>())
    };
    let all = [
        of("Zeca", &["acme/hr"]),
        of("ana", &["acme/owner"]),
        of("dora", &["acme/cashier/sp01", "acme/stock"]),
    ];
    assert_eq!(members("", 10).await, all);
    assert_eq!(
        members("", 2).await,
        all[..2],
        "the bound counts users, not grants"
    );
    assert_eq!(members("ana", 2).await, all[2..]);
    assert_eq!(members("dora", 2).await, []);
    let ana = users.member(&acme, "ana").await.unwrap().unwrap();
    assert_eq!(groups(&ana.memberships), ["acme/owner"]);
    for nobody in ["bia", "caio", "nobody", "", "a\0b", "\u{202e}ana"] {
        assert_eq!(users.member(&acme, nobody).await, Ok(None), "{nobody:?}");
    }
}
