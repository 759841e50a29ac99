-- phase: expand
-- More than one database: a log lives in one of them, and a table of the first one says in which. A log that is on its way
-- is closed here or there: its gate takes no appends, and the keys of its people stay as they are.

-- Of the first database; in all others it is empty.
create table placements (
    log        text collate "C" not null,
    -- Null for this database. Holds no password: those stand in files.
    address    text,
    since      timestamptz not null default now(),
    -- Where it was before, until nothing is left to do there; null for this database.
    came_from  text,
    -- Of the move that may write this row now: a late statement of an earlier one finds another number and changes nothing.
    attempt    uuid not null,
    -- Whether the move that put it there is over.
    is_settled boolean not null,
    constraint placements_pkey primary key (log)
);
comment on table placements is 'Logs that were moved, each with the database that it lives in. A log without a row lives here.';

-- Why a log takes no appends: "arriving" while it is copied to here, "leaving" in the last moment before it goes, "moved".
-- One that is leaving opens by itself when its time is over, so that a mover that died stops nobody for long.
-- Without a check constraint, as in V1: every append updates the row.
alter table log_head add column closed text collate "C", add column closed_until timestamptz;

-- Both gates look at the row that they lock anyway. A closed log is no verdict on one request but an error of its own,
-- PS001, which undoes nothing because nothing was written yet: earlier builds know no further verdict, and tell this one as
-- what it is for them, a refusal of the database. The bodies keep their homes, V5 and V6.
do $$
declare
    v_name   text;
    v_source text;
    v_gated  text;
    -- What is looked for, and what is put in its place.
    v_edits  text[] := array[
        '\ndeclare\n', E'\ndeclare\n    v_closed_until timestamptz;\n',
        'greatest\(clock_timestamp\(\), h\.updated_at\)\n', E'greatest(clock_timestamp(), h.updated_at), h.closed_until\n',
        'recorded_at\n      from log_head', E'recorded_at, v_closed_until\n      from log_head',
        'where h\.log_id = p_log_id for update;\n', $gate$where h.log_id = p_log_id for update;
    if v_closed_until is not null and v_closed_until > clock_timestamp() then
        raise exception 'log % takes no appends here', p_log_id
            using errcode = 'PS001', hint = 'it moves to another database, or has moved; see posars companies list';
    end if;
$gate$];
begin
    foreach v_name in array array['append_batch', 'append_one'] loop
        v_source := pg_get_functiondef(v_name::regproc);
        for i in 1 .. 4 loop
            v_gated := regexp_replace(v_source, v_edits[2 * i - 1], v_edits[2 * i]);
            if v_gated = v_source then
                raise exception 'the function % has nothing like "%" to look at a closed log by', v_name, v_edits[2 * i - 1];
            end if;
            v_source := v_gated;
        end loop;
        execute v_gated;
    end loop;
end
$$;

-- Keys of people are written beside the log, so its gate does not see them. An erasure that was told before the log was
-- closed must not destroy a key here when a copy of it has gone already. The lock is shared by all who write keys, so they
-- do not wait for each other; who closes the log takes it alone, and so waits for those under way. Sessions that name no
-- log are those of the owner, who moves the keys.
create function refuse_keys_of_closed_log() returns trigger language plpgsql as $$
declare
    v_log_id integer := nullif(current_setting('posars.log_id', true), '')::integer;
begin
    if v_log_id is not null then
        perform pg_advisory_xact_lock_shared(hashtext('posars.keys'), v_log_id);
        if (select h.closed_until from log_head h where h.log_id = v_log_id) > clock_timestamp() then
            raise exception 'the keys of log % stay as they are here', v_log_id
                using errcode = 'PS001', hint = 'it moves to another database, or has moved; see posars companies list';
        end if;
    end if;
    return null;
end
$$;

do $$
declare
    v_table text;
begin
    foreach v_table in array array['company_keys', 'subject_keys', 'subject_finders'] loop
        execute format('create trigger not_while_closed before insert or update or delete on %I '
                       'for each statement execute function refuse_keys_of_closed_log()', v_table);
    end loop;
end
$$;
