-- append_batch as in V5, but with less to send and to unpack per event: what only a batch with losers asks for is made
-- when there is one. The head of the log is updated outside the subtransaction that the hopeful try is: each batch left a
-- MultiXact on the head's row. And many keys that are only wanted free are mostly looked for at once.

drop function append_batch;

-- Appends a batch of requests as sets and answers a verdict per request; one loser never raises.
--
-- Layout: checks and claims are ordered by request, events by check, each contiguous; p_request_checks,
-- p_request_claims and p_check_events say how many. A check with events is a stream write, one without is a guard.
-- p_check_expected: n >= 0 the exact version (0 = no such stream), -1 any, -2 the stream exists. p_request_last and
-- p_check_last: the number of the last event, counted over the batch.
-- p_claim_kept: whether the key is to be held from now on; false only asks that nobody else holds it.
-- No two requests of one batch touch the same key, unless both only read it; the batcher sees to that.
-- p_leaves: what commits.leaves will hold if nobody loses and p_versions_known, that is, if every expected version
-- is exact; otherwise the versions in it, and in p_event_version, are put right here.
-- p_hopeful: the caller expects no loser. Then new streams, keys and claims are not looked for but written, and the
-- unique index that refuses one undoes the try (nothing of it stays but dead rows, so a caller whose last try was undone
-- says no for a while); the second try looks first.
-- Rows of one unnest come in array order and nothing here reorders them, so aggregates and running sums over
-- them need no sort.
-- Verdicts: 1 replay (same key, same fingerprint), 2 other fingerprint, 3 wrong version, 4 claim taken.
-- Where a request has several, the first one listed counts.
--
-- Most of the cost of a small batch is starting executors (measured: each unnest and each aggregate counts), so the
-- usual case, no loser, writes with as few statements as can be; only the other case finds out who lost and why.
--
-- Runs with the owner's rights, so the policies of V4 do not hold in it; in their place it compares the log it is
-- given with the one that the session named, also for the owner.
create function append_batch(
    p_log_id           integer,
    p_request_key      uuid[],
    p_fingerprint      bytea[],
    p_request_events   integer[],
    p_request_last     integer[],
    p_request_checks   integer[],
    p_request_claims   integer[],
    p_check_stream     text[],
    p_check_expected   bigint[],
    p_check_events     integer[],
    p_check_last       integer[],
    p_claim_key        text[],
    p_claim_holder     text[],
    p_claim_kept       boolean[],
    p_event_stream     text[],
    p_event_version    bigint[],
    p_event_id         uuid[],
    p_event_type       text[],
    p_event_schema     smallint[],
    p_event_data       text[],
    p_event_metadata   text[],
    p_leaves           bytea,
    p_versions_known   boolean,
    p_hopeful          boolean,
    out first_position bigint,
    out recorded_at    timestamptz,
    out base_version   bigint[],
    out loser_request  integer[],
    out loser_verdict  integer[],
    out loser_subject  text[],
    out loser_first    bigint[],
    out loser_last     bigint[],
    out undone         boolean
) language plpgsql volatile security definer as $$
#variable_conflict use_column
declare
    v_position bigint;
    v_hash     bytea;
    v_link     bytea;
    v_count    integer;
    v_clean    boolean := p_versions_known and p_hopeful;
    v_losers   integer[] := '{}';
    v_request  integer[];
    v_subject  text[];
    v_actual   bigint[];
    v_holder   text[];
    v_first_key text collate "C";
    v_last_key  text collate "C";
    -- The request of each check and of each claim, and the check of each event.
    v_check_request integer[];
    v_claim_request integer[];
    v_event_check   integer[];
begin
    if current_setting('posars.log_id', true) is distinct from p_log_id::text then
        raise exception 'a session of log % may not append to log %',
                        coalesce(nullif(current_setting('posars.log_id', true), ''), 'none'), p_log_id
            using errcode = 'insufficient_privilege', hint = 'name the log first, in posars.log_id';
    end if;

    -- The gate. Every later statement of a volatile function takes a new snapshot (READ COMMITTED), so it
    -- sees all that the previous holder committed; checking in this statement would not.
    select h.position, h.chain_hash, greatest(clock_timestamp(), h.updated_at)
      into strict v_position, v_hash, recorded_at
      from log_head h where h.log_id = p_log_id for update;
    first_position := v_position + 1;
    undone := false;

    loop
        -- Streams that must exist, or are guarded, have no index to refuse them. Each is looked up by a scalar subquery:
        -- made into a join, a table without statistics is read whole for every batch (seen at 256 clients: 1,300
        -- appends/s instead of 19,000). "offset 0" has the same purpose below.
        if v_clean and (0 = any (p_check_events) or 0 < any (p_check_expected)) then
            v_clean := not exists (select from unnest(p_check_stream, p_check_expected, p_check_events)
                                               c(stream, expected, events)
                                    where (c.events = 0 or c.expected > 0)
                                      and coalesce((select s.version from streams s
                                                     where s.stream = c.stream and s.log_id = p_log_id), 0) <> c.expected);
        end if;

        -- Where nobody, in whatever log, holds a key between the first and the last of them, as when a shop's history
        -- is imported, one look is enough for all. "order by" keeps that look on the index.
        if v_clean and false = any (p_claim_kept) then
            select min(c.key collate "C"), max(c.key collate "C") into v_first_key, v_last_key from unnest(p_claim_key) c(key);
            if (select t.key from claims t where t.key >= v_first_key order by t.key limit 1) <= v_last_key then
                v_clean := not exists (select from unnest(p_claim_key, p_claim_holder, p_claim_kept) c(key, holder, kept)
                                        where not c.kept
                                          and (select t.holder from claims t
                                                where t.key = c.key and t.log_id = p_log_id) <> c.holder);
            end if;
        end if;

        if v_clean then
            base_version := p_check_expected;
        else
            select array_agg(r.request) into v_check_request
              from (select generate_series(1, cardinality(p_request_checks)) as request,
                           unnest(p_request_checks) as checks) r
             cross join lateral generate_series(1, r.checks);
            select array_agg(r.request) into v_claim_request
              from (select generate_series(1, cardinality(p_request_claims)) as request,
                           unnest(p_request_claims) as claims) r
             cross join lateral generate_series(1, r.claims);

            select coalesce(array_agg(k.request), '{}'),
                   coalesce(array_agg(case when i.fingerprint = k.fingerprint then 1 else 2 end), '{}'),
                   coalesce(array_agg(k.key::text), '{}'), coalesce(array_agg(i.first_position), '{}'),
                   coalesce(array_agg(i.last_position), '{}')
              into loser_request, loser_verdict, loser_subject, loser_first, loser_last
              from unnest(p_request_key, p_fingerprint) with ordinality k(key, fingerprint, request)
             cross join lateral (select t.fingerprint, t.first_position, t.last_position
                                   from idempotency t where t.key = k.key and t.log_id = p_log_id offset 0) i;

            select array_agg(c.actual), array_agg(c.request) filter (where c.wrong),
                   array_agg(c.stream) filter (where c.wrong), array_agg(c.actual) filter (where c.wrong)
              into base_version, v_request, v_subject, v_actual
              from (select u.request, u.stream, s.actual,
                           case u.expected when -1 then false when -2 then s.actual = 0
                                else s.actual <> u.expected end as wrong
                      from unnest(v_check_request, p_check_stream, p_check_expected) u(request, stream, expected)
                     cross join lateral (select coalesce((select t.version from streams t
                                                           where t.stream = u.stream and t.log_id = p_log_id), 0)
                                         offset 0) s(actual)) c;
            if v_request is not null then
                loser_request := loser_request || v_request;
                loser_verdict := loser_verdict || array_fill(3, array[cardinality(v_request)]);
                loser_subject := loser_subject || v_subject;
                loser_first := loser_first || v_actual;
                loser_last := loser_last || v_actual;
            end if;

            select array_agg(c.request), array_agg(c.key || E'\t' || t.holder)
              into v_request, v_holder
              from unnest(v_claim_request, p_claim_key, p_claim_holder) c(request, key, holder)
             cross join lateral (select h.holder from claims h
                                  where h.key = c.key and h.log_id = p_log_id offset 0) t
             where t.holder <> c.holder;
            if v_request is not null then
                loser_request := loser_request || v_request;
                loser_verdict := loser_verdict || array_fill(4, array[cardinality(v_request)]);
                loser_subject := loser_subject || v_holder;
                loser_first := loser_first || array_fill(0::bigint, array[cardinality(v_request)]);
                loser_last := loser_last || array_fill(0::bigint, array[cardinality(v_request)]);
            end if;

            -- Takes the losers out of the arrays, so that the writes below never have to look for them. Nothing is left
            -- to write when all have lost.
            v_losers := loser_request;
            select array_agg(c.check_no), array_agg(c.base + o.ordinal) into v_event_check, p_event_version
              from (select generate_series(1, cardinality(p_check_events)) as check_no, unnest(base_version) as base,
                           unnest(p_check_events) as events) c
             cross join lateral generate_series(1, c.events) o(ordinal);
            select string_agg(substring(p_leaves from e.ord::integer * 40 - 39 for 32) || int8send(e.version), ''::bytea)
              into p_leaves
              from unnest(v_event_check, p_event_version) with ordinality e(check_no, version, ord)
             where not (v_check_request[e.check_no] = any (v_losers));
            if p_leaves is null then
                return;
            end if;
            if cardinality(v_losers) > 0 then
                select array_agg(r.events), array_agg(r.last)
                  into p_request_events, p_request_last
                  from (select w.events, sum(w.events) over (rows unbounded preceding) as last
                          from (select case when u.ord = any (v_losers) then 0 else u.events end as events
                                  from unnest(p_request_events) with ordinality u(events, ord)) w) r;
                select array_agg(c.events), array_agg(c.last)
                  into p_check_events, p_check_last
                  from (select w.events, sum(w.events) over (rows unbounded preceding) as last
                          from (select case when u.request = any (v_losers) then 0 else u.events end as events
                                  from unnest(v_check_request, p_check_events) u(request, events)) w) c;
                select array_agg(e.stream), array_agg(e.version), array_agg(e.id), array_agg(e.type),
                       array_agg(e.schema), array_agg(e.data), array_agg(e.metadata)
                  into p_event_stream, p_event_version, p_event_id, p_event_type, p_event_schema, p_event_data,
                       p_event_metadata
                  from unnest(v_event_check, p_event_stream, p_event_version, p_event_id, p_event_type, p_event_schema,
                              p_event_data, p_event_metadata)
                       e(check_no, stream, version, id, type, schema, data, metadata)
                 where not (v_check_request[e.check_no] = any (v_losers));
            end if;
        end if;

        begin
            if v_clean and true = any (p_claim_kept) then
                insert into claims (key, log_id, holder)
                select c.key, p_log_id, c.holder
                  from (select unnest(p_claim_key) as key, unnest(p_claim_holder) as holder,
                               unnest(p_claim_kept) as kept) c
                 where c.kept;
            elsif true = any (p_claim_kept) then
                insert into claims (key, log_id, holder)
                select c.key, p_log_id, c.holder
                  from unnest(v_claim_request, p_claim_key, p_claim_holder, p_claim_kept) c(request, key, holder, kept)
                 where c.kept and not (c.request = any (v_losers))
                    on conflict (key, log_id) do nothing; -- held by this same stream, or it would have lost
            end if;

            -- Streams that exist go apart from new ones: a plain insert is cheaper than one that may conflict. And the
            -- arbiter index makes this the one form of update that cannot be planned as a scan of the table.
            -- Their first_position stays what it is; the value offered is never kept.
            if 0 < any (base_version) then
                insert into streams (stream, log_id, version, first_position, last_position)
                select c.stream, p_log_id, c.base + c.events, v_position + c.last, v_position + c.last
                  from unnest(p_check_stream, base_version, p_check_events, p_check_last) c(stream, base, events, last)
                 where c.events > 0 and c.base > 0
                    on conflict (stream, log_id) do update
                   set version = excluded.version, last_position = excluded.last_position;
            end if;

            -- One statement for all other writes: the executor starts once, and there is one snapshot. Its arrays are
            -- unnested side by side in the select list, row by row; in "from" each would be spooled first (measured:
            -- about 1 us an event).
            v_count := cardinality(p_event_id);
            v_link := sha256(v_hash || int8send(first_position) || int4send(v_count)
                             || int8send((extract(epoch from recorded_at) * 1000000)::bigint) || p_leaves);
            with written as (
                insert into events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data,
                                    metadata)
                select p_log_id, v_position + e.ord, e.version, recorded_at, e.id, e.schema, e.stream, e.type, e.data,
                       e.metadata
                  from (select generate_series(1, v_count) as ord, unnest(p_event_version) as version,
                               unnest(p_event_stream) as stream, unnest(p_event_id) as id, unnest(p_event_type) as type,
                               unnest(p_event_schema) as schema, unnest(p_event_data) as data,
                               unnest(p_event_metadata) as metadata) e
            ), started as (
                insert into streams (stream, log_id, version, first_position, last_position)
                select c.stream, p_log_id, c.events, v_position + c.last - c.events + 1, v_position + c.last
                  from (select unnest(p_check_stream) as stream, unnest(base_version) as base,
                               unnest(p_check_events) as events, unnest(p_check_last) as last) c
                 where c.events > 0 and c.base = 0
            ), remembered as (
                insert into idempotency (key, log_id, fingerprint, first_position, last_position)
                select r.key, p_log_id, r.fingerprint, v_position + r.last - r.events + 1, v_position + r.last
                  from (select unnest(p_request_key) as key, unnest(p_fingerprint) as fingerprint,
                               unnest(p_request_events) as events, unnest(p_request_last) as last) r
                 where r.events > 0 and r.key is not null
            )
            insert into commits (log_id, first_position, event_count, committed_at, leaves, hash)
            values (p_log_id, first_position, v_count, recorded_at, p_leaves, v_link);
            exit;
        exception when unique_violation then
            -- After a look nothing can be in the way, the gate is ours.
            if not v_clean then
                raise;
            end if;
            v_clean := false;
            undone := true;
        end;
    end loop;

    -- Not in the block above: that is a subtransaction, and a row that one transaction has locked and its subtransaction
    -- updates needs a MultiXact to say so, which must be frozen one day.
    update log_head h
       set position = v_position + v_count, chain_hash = v_link, updated_at = recorded_at
     where h.log_id = p_log_id;
end
$$;

-- As V4 has it for every function with the owner's rights: it must not find the caller's tables first.
do $$
begin
    execute format('alter function append_batch set search_path = %I, pg_temp', current_schema());
end
$$;
revoke execute on function append_batch from public;
grant execute on function append_batch to posars_tenant;
