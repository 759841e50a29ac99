//! Fault 22: whoever changes the tables behind the log's back is found out, at the first position touched.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "fixture/mod.rs"]
mod fixture;

use fixture::{World, all, any, events, name, position, stream};
use posars_event_store::{Anchor, Append, ExpectedVersion, Fault, Verification};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use uuid::Uuid;

/// Commits of 1 to 4 events: they begin at 1, 2, 4, 7, 11, 12, 14, 17, 21 … and end at 50.
async fn twenty_commits() -> anyhow::Result<World> {
    let world = World::open().await?;
    for n in 0..20 {
        let to = stream(&format!("s-{}", n % 5));
        let append = Append::to(to, ExpectedVersion::Any, events(n % 4 + 1));
        world.log.append(append).await?;
    }
    assert_eq!(world.log.head().await?.position, position(50));
    Ok(world)
}

async fn tamper(world: &World, statements: &str) -> anyhow::Result<()> {
    Ok(world.sql().await?.batch_execute(statements).await?)
}

async fn proof(world: &World, anchor: Option<Anchor>) -> anyhow::Result<Verification> {
    let proof = world.log.verify(anchor, |_| {});
    // A fault must be found, not run into for ever.
    Ok(tokio::time::timeout(std::time::Duration::from_secs(20), proof).await??)
}

async fn fault_after(statements: &str) -> anyhow::Result<Option<Fault>> {
    let world = twenty_commits().await?;
    tamper(&world, statements).await?;
    Ok(proof(&world, None).await?.fault)
}

async fn anchor(world: &World) -> anyhow::Result<Anchor> {
    let head = world.log.head().await?;
    Ok(Anchor {
        position: head.position,
        hash: head.hash,
    })
}

#[tokio::test]
async fn an_untouched_log_is_proven_whole() -> anyhow::Result<()> {
    let world = twenty_commits().await?;
    let early = anchor(&world).await?;
    world.log.append(any("s-1")).await?;
    let head = world.log.head().await?;
    for anchor in [None, Some(early), Some(anchor(&world).await?)] {
        let proof = proof(&world, anchor).await?;
        assert_eq!(proof.fault, None);
        assert_eq!((proof.events, proof.commits), (51, 21));
        assert_eq!((proof.position, proof.hash), (head.position, head.hash));
    }
    Ok(())
}

#[tokio::test]
async fn progress_is_told_up_to_the_head() -> anyhow::Result<()> {
    let world = twenty_commits().await?;
    let mut reached = Vec::new();
    world.log.verify(None, |at| reached.push(at)).await?;
    assert!(reached.is_sorted());
    assert_eq!(reached.last(), Some(&position(50)));
    Ok(())
}

#[tokio::test]
async fn a_log_that_grows_meanwhile_is_proven_as_it_stood() -> anyhow::Result<()> {
    let world = twenty_commits().await?;
    let log = world.log.clone();
    let writer = tokio::spawn(async move {
        for _ in 0..200 {
            log.append(any("busy-1")).await?;
        }
        anyhow::Ok(())
    });
    while !writer.is_finished() {
        let proof = proof(&world, None).await?;
        assert_eq!(proof.fault, None);
        assert_eq!(proof.events, proof.position.get());
    }
    writer.await??;
    assert_eq!(proof(&world, None).await?.events, 250);
    Ok(())
}

#[tokio::test]
async fn a_change_in_any_column_of_an_event_is_found_where_it_is() -> anyhow::Result<()> {
    for change in [
        "data = replace(data, '{\"n\"', '{\"m\"')",
        // Only the spacing: the same value, other bytes.
        "data = data || ' '",
        "metadata = '{\"by\":\"tess\"}'",
        "type = 'noted'",
        "stream = 's-9'",
        "event_id = gen_random_uuid()",
        "version = version + 1",
        "schema_version = 2",
        "recorded_at = recorded_at + interval '1 microsecond'",
        // Values that do not even decode.
        "type = ''",
        "stream = 'two words'",
        "schema_version = -1",
        "recorded_at = 'infinity'",
        "version = -1",
    ] {
        let world = twenty_commits().await?;
        tamper(&world, &format!("update events set {change} where position = 13")).await?;
        assert_eq!(
            proof(&world, None).await?.fault,
            Some(Fault::EventAltered(position(13))),
            "{change}"
        );
        let proof = proof(&world, None).await?;
        assert_eq!(proof.position, position(11), "the last commit before the fault");
    }
    Ok(())
}

#[tokio::test]
async fn a_missing_event_is_found_where_it_was() -> anyhow::Result<()> {
    for (gone, first) in [
        ("1", 1),
        ("25", 25),
        ("50", 50),
        ("14, 15, 16, 30", 14),
        ("49, 50", 49),
    ] {
        let fault = fault_after(&format!("delete from events where position in ({gone})")).await?;
        assert_eq!(fault, Some(Fault::EventMissing(position(first))), "{gone}");
    }
    assert_eq!(
        fault_after("delete from events").await?,
        Some(Fault::EventMissing(position(1)))
    );
    // Moved out of the way instead of deleted.
    let moved = "update events set position = 5000 where position = 12";
    assert_eq!(fault_after(moved).await?, Some(Fault::EventMissing(position(12))));
    Ok(())
}

#[tokio::test]
async fn swapped_events_are_found_at_the_first_of_them() -> anyhow::Result<()> {
    // 8 and 9 are of one commit and one stream, 3 and 40 of two.
    for (one, other) in [(8, 9), (3, 40)] {
        let fault = fault_after(&format!(
            "update events set position = 5000 where position = {one};
             update events set position = {one} where position = {other};
             update events set position = {other} where position = 5000"
        ))
        .await?;
        assert_eq!(
            fault,
            Some(Fault::EventAltered(position(one))),
            "{one} and {other}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_missing_commit_is_found_at_its_beginning() -> anyhow::Result<()> {
    for first in [1, 2, 17] {
        let fault = fault_after(&format!("delete from commits where first_position = {first}")).await?;
        assert_eq!(fault, Some(Fault::LinkBroken(position(first))));
    }
    let last = fault_after("delete from commits where first_position = 47")
        .await?
        .unwrap();
    let expected = Fault::HeadDiffers {
        chain_ends: position(46),
        head: position(50),
    };
    assert_eq!((last.position(), last), (position(47), expected));
    let none = fault_after("delete from commits").await?.unwrap();
    assert_eq!(none.position(), position(1));
    Ok(())
}

#[tokio::test]
async fn a_changed_commit_is_found_at_its_beginning() -> anyhow::Result<()> {
    for first in [1, 14, 47] {
        for change in [
            "hash = sha256(hash)",
            "hash = ''",
            "leaves = set_byte(leaves, 5, get_byte(leaves, 5) # 1)",
            "leaves = leaves || leaves",
            "leaves = ''",
            "event_count = event_count + 1",
            "event_count = event_count - 1",
            "event_count = 0",
            "event_count = -7",
            "event_count = 2147483647",
            "committed_at = committed_at - interval '1 microsecond'",
            "committed_at = 'infinity'",
        ] {
            let fault = fault_after(&format!(
                "update commits set {change} where first_position = {first}"
            ))
            .await?;
            assert_eq!(fault, Some(Fault::LinkBroken(position(first))), "{change}");
        }
    }
    // Moved forwards, and before its predecessor.
    for to in [18, 3, 0, -5] {
        let moved = format!("update commits set first_position = {to} where first_position = 17");
        let fault = fault_after(&moved).await?.unwrap();
        assert!(matches!(fault, Fault::LinkBroken(_)), "{to}: {fault:?}");
        assert!([4, 17].contains(&fault.position().get()), "{to}: {fault:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_event_that_nobody_committed_is_found() -> anyhow::Result<()> {
    let forged = |at: i64| {
        format!(
            "insert into events values (1, {at}, 999, now(), gen_random_uuid(), 1, 's-1', 'Forged', '{{}}', '{{}}')"
        )
    };
    for at in [51, 4_000] {
        let fault = fault_after(&forged(at)).await?;
        assert_eq!(fault, Some(Fault::EventUnvouched(position(u64::try_from(at)?))));
    }
    // Before the beginning, where the schema has no place unless somebody makes one.
    let world = twenty_commits().await?;
    tamper(&world, "create table events_before partition of events default").await?;
    tamper(&world, &forged(-3)).await?;
    assert_eq!(
        proof(&world, None).await?.fault,
        Some(Fault::EventUnvouched(position(0)))
    );
    // In place of one that was.
    let replaced = format!("delete from events where position = 20; {}", forged(20));
    assert_eq!(
        fault_after(&replaced).await?,
        Some(Fault::EventAltered(position(20)))
    );
    Ok(())
}

#[tokio::test]
async fn a_commit_beyond_the_head_is_found() -> anyhow::Result<()> {
    let forged = "insert into commits values (1, 51, 1, now(), repeat('x', 40)::bytea, sha256(''))";
    assert_eq!(fault_after(forged).await?, Some(Fault::LinkBroken(position(51))));
    Ok(())
}

#[tokio::test]
async fn a_changed_head_is_found_where_it_leaves_the_chain() -> anyhow::Result<()> {
    for (change, first) in [
        ("position = 60", 51),
        ("position = 46", 47),
        // In the middle of a commit, which is sound itself.
        ("position = 48", 49),
        ("position = 0", 1),
        ("chain_hash = sha256(chain_hash)", 51),
    ] {
        let fault = fault_after(&format!("update log_head set {change}"))
            .await?
            .unwrap();
        assert!(matches!(fault, Fault::HeadDiffers { .. }), "{change}: {fault:?}");
        assert_eq!(fault.position(), position(first), "{change}");
    }
    // Set back to a commit's end with its very hash: the events beyond have nobody to vouch for them.
    let back = "update log_head set position = 46, chain_hash = (select hash from commits where first_position = 44)";
    assert_eq!(
        fault_after(back).await?,
        Some(Fault::EventUnvouched(position(47)))
    );
    Ok(())
}

#[tokio::test]
async fn a_cut_tail_is_found_only_by_what_was_noted_outside() -> anyhow::Result<()> {
    let world = twenty_commits().await?;
    let noted = anchor(&world).await?;
    tamper(
        &world,
        "delete from events where position > 46; delete from commits where first_position > 44;
         update log_head set position = 46, chain_hash = (select hash from commits where first_position = 44)",
    )
    .await?;
    assert_eq!(proof(&world, None).await?.fault, None);
    assert_eq!(
        proof(&world, Some(noted)).await?.fault,
        Some(Fault::AnchorDiffers(position(50)))
    );
    // Also once the log has grown beyond it again.
    for _ in 0..3 {
        world
            .log
            .append(Append::to(stream("s-1"), ExpectedVersion::Any, events(4)))
            .await?;
    }
    assert_eq!(proof(&world, None).await?.fault, None);
    assert_eq!(
        proof(&world, Some(noted)).await?.fault,
        Some(Fault::AnchorDiffers(position(50)))
    );
    Ok(())
}

/// An insider who knows the rules recomputes the whole chain after his change; only the anchor knows better.
#[tokio::test]
async fn a_history_sealed_anew_is_found_only_by_what_was_noted_outside() -> anyhow::Result<()> {
    let world = World::open().await?;
    let twin = world.store.log(&name("twin")).await?;
    for n in 1..=10 {
        world.log.append(any("s-1")).await?;
        let other = if n == 4 { "s-2" } else { "s-1" };
        twin.append(any(other)).await?;
    }
    let noted = anchor(&world).await?;
    // The twin's rows, whole and sound, in place of the log's own: even its name must fit.
    tamper(
        &world,
        "delete from events where log_id = 1; delete from commits where log_id = 1;
         update events set log_id = 1; update commits set log_id = 1;
         update log_head h set chain_hash = t.chain_hash from log_head t where h.log_id = 1 and t.log_id = 2",
    )
    .await?;
    assert_eq!(
        proof(&world, None).await?.fault,
        Some(Fault::LinkBroken(position(1)))
    );
    assert_eq!(
        proof(&world, Some(noted)).await?.fault,
        Some(Fault::LinkBroken(position(1)))
    );
    // Now with every link computed anew, by the formula that the code documents.
    let genesis =
        "sha256(convert_to('posars.log.v1', 'UTF8') || '\\x00'::bytea || convert_to('main', 'UTF8'))";
    let reseal = format!(
        "do $$
         declare previous bytea := {genesis}; link record;
         begin
           for link in select * from commits where log_id = 1 order by first_position loop
             previous := sha256(previous || int8send(link.first_position) || int4send(link.event_count)
               || int8send((extract(epoch from link.committed_at) * 1000000)::bigint) || link.leaves);
             update commits set hash = previous where log_id = 1 and first_position = link.first_position;
           end loop;
           update log_head set chain_hash = previous where log_id = 1;
         end $$"
    );
    tamper(&world, &reseal).await?;
    assert_eq!(proof(&world, None).await?.fault, None);
    assert_eq!(
        proof(&world, Some(noted)).await?.fault,
        Some(Fault::AnchorDiffers(position(10)))
    );
    Ok(())
}

#[tokio::test]
async fn an_anchor_that_is_no_end_of_a_commit_differs() -> anyhow::Result<()> {
    let world = twenty_commits().await?;
    let mut noted = anchor(&world).await?;
    noted.position = position(48);
    assert_eq!(
        proof(&world, Some(noted)).await?.fault,
        Some(Fault::AnchorDiffers(position(48)))
    );
    noted.position = position(51);
    assert_eq!(
        proof(&world, Some(noted)).await?.fault,
        Some(Fault::AnchorDiffers(position(51)))
    );
    Ok(())
}

/// The chain bridges pages: more commits and more events than one fetch holds.
#[tokio::test]
async fn a_long_log_is_proven_across_its_pages() -> anyhow::Result<()> {
    let world = World::open().await?;
    for _ in 0..6 {
        let append = Append::to(stream("long-1"), ExpectedVersion::Any, events(900));
        world.log.append(append).await?;
    }
    for _ in 0..1_100 {
        world.log.append(any("many-1")).await?;
    }
    let whole = proof(&world, None).await?;
    assert_eq!((whole.events, whole.commits, whole.fault), (6_500, 1_106, None));
    for victim in [1_999, 2_000, 2_001, 4_000, 5_401, 6_399, 6_500] {
        let world_row = format!("update events set type = type || 'x' where position = {victim}");
        tamper(&world, &world_row).await?;
        assert_eq!(
            proof(&world, None).await?.fault,
            Some(Fault::EventAltered(position(victim)))
        );
        let back = format!("update events set type = left(type, -1) where position = {victim}");
        tamper(&world, &back).await?;
    }
    assert_eq!(proof(&world, None).await?.fault, None);
    Ok(())
}

/// One random bit of one random cell, many times over; the proof names its position every time, and is
/// content again once the bit is back.
#[tokio::test]
async fn any_flipped_bit_is_found_where_it_is() -> anyhow::Result<()> {
    let world = twenty_commits().await?;
    let log = all(&world.log).await?;
    let client = world.sql().await?;
    let seed = Uuid::new_v4();
    let bytes = [*seed.as_bytes(), *seed.as_bytes()].concat();
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut below = |end: usize| usize::try_from(random.next_u64() % u64::try_from(end).unwrap()).unwrap();
    for _ in 0..120 {
        let victim = &log[below(log.len())];
        let at = i64::try_from(victim.position.get())?;
        let (column, text) = match below(4) {
            0 => ("data", &victim.data),
            1 => ("metadata", &victim.metadata),
            2 => ("type", &victim.event_type.as_str().to_owned()),
            _ => ("stream", &victim.stream.as_str().to_owned()),
        };
        let mut bytes = text.clone().into_bytes();
        let byte = below(bytes.len());
        bytes[byte] ^= 1 << below(7);
        let changed = String::from_utf8(bytes)?;
        let write = format!("update events set {column} = $1 where position = $2");
        // Not every flip leaves a text without a zero: the database itself refuses those.
        if client.execute(&write, &[&changed, &at]).await.is_err() {
            continue;
        }
        let found = proof(&world, None).await?.fault;
        assert_eq!(
            found,
            Some(Fault::EventAltered(victim.position)),
            "seed {seed}: {column} {text:?} -> {changed:?}"
        );
        client.execute(&write, &[text, &at]).await?;
    }
    assert_eq!(proof(&world, None).await?.fault, None);
    Ok(())
}

#[test]
fn every_fault_names_its_position_in_words() {
    for (fault, at) in [
        (Fault::EventAltered(position(7)), "7"),
        (Fault::EventMissing(position(8)), "8"),
        (Fault::EventUnvouched(position(9)), "9"),
        (Fault::LinkBroken(position(10)), "10"),
        (Fault::AnchorDiffers(position(11)), "11"),
        (
            Fault::HeadDiffers {
                chain_ends: position(12),
                head: position(14),
            },
            "12",
        ),
    ] {
        assert!(fault.to_string().contains(at), "{fault}");
    }
}
