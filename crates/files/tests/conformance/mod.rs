//! What every store of files does, whatever is behind it.

use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use posars_files::{FileError, FileName, FileStore, FileType, FolderName, LinkLifetime, Put, Source};

/// Bigger than any piece or part that a store cuts content into.
const BIG_BYTES: usize = 17 * 1024 * 1024 + 3;

/// All of it, on a store that holds nothing yet.
pub(crate) async fn of(store: &dyn FileStore) {
    a_file_is_put_once(store).await;
    of_many_at_once_one_puts(store).await;
    big_content_comes_back_whole_and_in_ranges(store).await;
    lists_go_by_name_in_pages(store).await;
    what_is_not_there_is_said_so(store).await;
    deleting_makes_room(store).await;
    links_are_made(store).await;
    assert_eq!(store.remove_abandoned(Duration::from_secs(3600)).await, Ok(0));
}

fn place(parts: &[&str]) -> FolderName {
    FolderName::new(parts).unwrap()
}

fn bytes(text: &str) -> Source {
    Source::from(text.as_bytes().to_vec())
}

async fn content(store: &dyn FileStore, name: &FileName, range: Option<std::ops::Range<u64>>) -> Vec<u8> {
    let pieces = store.read(name, range).await.unwrap();
    pieces.try_collect::<Vec<Bytes>>().await.unwrap().concat()
}

async fn a_file_is_put_once(store: &dyn FileStore) {
    let name = place(&["once", "company=a.b"])
        .file("report", FileType::Csv)
        .unwrap();
    assert_eq!(store.stat(&name).await, Ok(None));
    assert_eq!(store.put_once(&name, bytes("one")).await, Ok(Put::Now));
    assert_eq!(store.put_once(&name, bytes("one")).await, Ok(Put::Before));
    let taken = FileError::Taken {
        name: name.to_string(),
    };
    assert_eq!(store.put_once(&name, bytes("two")).await, Err(taken.clone()));
    assert_eq!(store.put_once(&name, bytes("other")).await, Err(taken));
    assert_eq!(content(store, &name, None).await, b"one");
    let facts = store.stat(&name).await.unwrap().unwrap();
    assert_eq!(facts.size_bytes, 3);
    assert!(facts.put_at.as_second() > 1_700_000_000, "{facts:?}");
    let empty = place(&["once"]).file("empty", FileType::Json).unwrap();
    assert_eq!(store.put_once(&empty, bytes("")).await, Ok(Put::Now));
    assert_eq!(content(store, &empty, None).await, b"");
}

async fn of_many_at_once_one_puts(store: &dyn FileStore) {
    let name = place(&["race"]).file("result", FileType::Json).unwrap();
    let puts = (0..8).map(|writer| store.put_once(&name, bytes(&format!("writer {writer}"))));
    let puts = join_all(puts).await;
    let won: Vec<usize> = (0..8).filter(|at| puts[*at] == Ok(Put::Now)).collect();
    assert_eq!(won.len(), 1, "{puts:?}");
    for put in &puts {
        assert!(
            matches!(put, Ok(Put::Now) | Err(FileError::Taken { .. })),
            "{put:?}"
        );
    }
    assert_eq!(
        content(store, &name, None).await,
        format!("writer {}", won[0]).as_bytes()
    );
}

async fn big_content_comes_back_whole_and_in_ranges(store: &dyn FileStore) {
    let big: Vec<u8> = (0..BIG_BYTES).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, &big).unwrap();
    let name = place(&["big"]).file("sheet", FileType::Xlsx).unwrap();
    let source = Source::from(file);
    assert_eq!(store.put_once(&name, source.clone()).await, Ok(Put::Now));
    assert_eq!(store.put_once(&name, source).await, Ok(Put::Before));
    assert!(content(store, &name, None).await == big, "the whole");
    let end = u64::try_from(BIG_BYTES).unwrap();
    for range in [
        0..1,
        0..9_000_000,
        8_388_600..8_388_617,
        end - 5..end,
        5..end + 100,
    ] {
        let (from, to) = (range.start, range.end.min(end));
        let expected = &big[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
        assert!(
            content(store, &name, Some(range.clone())).await == expected,
            "{range:?}"
        );
    }
    #[expect(clippy::reversed_empty_ranges, reason = "it is what a caller may ask for")]
    for range in [end..end + 1, 7..7, 9..3] {
        let bad = store.read(&name, Some(range.clone())).await.err();
        let expected = FileError::BadRange {
            name: name.to_string(),
            size_bytes: end,
        };
        assert_eq!(bad, Some(expected), "{range:?}");
    }
}

async fn lists_go_by_name_in_pages(store: &dyn FileStore) {
    let (list, other) = (place(&["list"]), place(&["list-of-others"]));
    let mut names = Vec::new();
    for part in ["b", "a", "a.b", "a-c", "a=1"] {
        let folder = place(&["list", part]);
        names.push(folder.file("x", FileType::Csv).unwrap());
        names.push(folder.file("x", FileType::Xlsx).unwrap());
    }
    for name in &names {
        store.put_once(name, bytes(name.as_str())).await.unwrap();
    }
    let stranger = other.file("x", FileType::Csv).unwrap();
    store.put_once(&stranger, bytes("x")).await.unwrap();
    names.sort();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = store.list(&list, after.as_ref(), 4).await.unwrap();
        assert!(page.files.len() <= 4);
        listed.extend(page.files.into_iter().map(|(name, facts)| {
            assert_eq!(usize::try_from(facts.size_bytes).unwrap(), name.as_str().len());
            name
        }));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(listed, names);
    let exact = store.list(&list, None, 10).await.unwrap();
    assert_eq!((exact.files.len(), exact.next), (10, None), "nothing follows");
    let nothing = store.list(&place(&["nowhere"]), None, 10).await.unwrap();
    assert!(nothing.files.is_empty() && nothing.next.is_none());
    let all = store
        .list(&place(&[]), None, usize::MAX)
        .await
        .unwrap()
        .files
        .len();
    assert!(all > 11, "{all}");
}

async fn what_is_not_there_is_said_so(store: &dyn FileStore) {
    // Also where a file stands in the place of its folder.
    for text in ["none.csv", "race/result.json/none.csv"] {
        let name: FileName = text.parse().unwrap();
        let missing = FileError::Missing {
            name: name.to_string(),
        };
        assert_eq!(store.stat(&name).await, Ok(None));
        assert_eq!(store.read(&name, None).await.err(), Some(missing.clone()));
        assert_eq!(store.read(&name, Some(0..1)).await.err(), Some(missing));
        assert_eq!(store.delete(&name).await, Ok(()));
    }
}

async fn deleting_makes_room(store: &dyn FileStore) {
    let name = place(&["gone"]).file("x", FileType::Json).unwrap();
    assert_eq!(store.put_once(&name, bytes("1")).await, Ok(Put::Now));
    assert_eq!(store.delete(&name).await, Ok(()));
    assert_eq!(store.stat(&name).await, Ok(None));
    assert_eq!(store.put_once(&name, bytes("2")).await, Ok(Put::Now));
    assert_eq!(content(store, &name, None).await, b"2");
}

async fn links_are_made(store: &dyn FileStore) {
    let name: FileName = "once/company=a.b/report.csv".parse().unwrap();
    let lifetime = LinkLifetime::clamped(Duration::from_secs(60));
    let link = store.link(&name, lifetime).await.unwrap();
    assert!(link.url.contains("report.csv?"), "{link:?}");
    assert_eq!(link.lifetime, lifetime);
}
