-- The second wall between companies: a session that serves callers runs as posars_tenant, names its log in
-- posars.log_id, and sees no other log's rows, whatever the statement asks for. The first wall is that every
-- statement names its log; this one holds when a statement forgets to, or is given another company's number.
--
-- It stands against mistakes, not against somebody who can send any statement at all: such a session could name
-- another log. The owner of the tables (migrations, projections, rebuilds, audits) is not bound by it.
-- A server that is copied with pg_dump needs the role first, because a dump of one database holds no roles:
-- create role posars_tenant nologin; grant posars_tenant to the owner.

do $$
declare
    v_before text := current_setting('role');
begin
    if not exists (select from pg_roles where rolname = 'posars_tenant') then
        begin
            create role posars_tenant nologin;
        exception
            -- Roles belong to the whole server: another database of it may be migrating at this instant.
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise exception 'the role posars_tenant is missing and % may not create it', current_user
                    using errcode = 'insufficient_privilege',
                          hint = format('as an administrator of the server: create role posars_tenant nologin; grant posars_tenant to %I',
                                        current_user);
        end;
    end if;
    if exists (select from pg_roles where rolname = 'posars_tenant' and (rolsuper or rolbypassrls)) then
        raise exception 'the role posars_tenant is above row-level security, so it would confine nobody'
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'as an administrator of the server: alter role posars_tenant nosuperuser nobypassrls';
    end if;
    -- By trying, because what membership allows differs between versions (from 16 on it may lack "set").
    begin
        perform set_config('role', 'posars_tenant', true);
    exception when insufficient_privilege then
        begin
            execute format('grant posars_tenant to %I', current_user);
            perform set_config('role', 'posars_tenant', true);
        exception when insufficient_privilege then
            raise exception '% may not act as posars_tenant', current_user
                using errcode = 'insufficient_privilege',
                      hint = format('as an administrator of the server: grant posars_tenant to %I', current_user);
        end;
    end;
    perform set_config('role', v_before, true);
    execute format('grant usage on schema %I to posars_tenant', current_schema());
end
$$;

-- Every table of the log and every read model. Without a log in the session the comparison is with null: no rows.
-- A stable expression: it becomes part of the index condition and picks the partition, it is not asked row by row.
do $$
declare
    v_table text;
begin
    foreach v_table in array array['log_head', 'events', 'streams', 'idempotency', 'claims', 'commits', 'checkpoints',
                                   'snapshots', 'names', 'sales', 'daily_sales', 'stock_position', 'stock_movements',
                                   'read_model_builds', 'parked_events'] loop
        execute format('alter table %I enable row level security', v_table);
        execute format('create policy own_log on %I to posars_tenant '
                       'using (log_id = nullif(current_setting(''posars.log_id'', true), '''')::integer)',
                       v_table);
    end loop;
end
$$;

-- What callers read. Events are written by append_batch and append_one alone, read models by the owner's runners;
-- a snapshot is a cache that whoever loads a stream may fill.
grant select on log_head, events, streams, checkpoints, snapshots to posars_tenant;
grant insert, update on snapshots to posars_tenant;
grant select on names, sales, daily_sales, stock_position, stock_movements, read_model_builds, parked_events
   to posars_tenant;

-- Partitions are reached through their parent, whose policy then holds. Reached by name they show nothing: the role
-- has no rights on them, and if somebody gave it some, they have row-level security and no policy.
do $$
declare
    v_partition regclass;
begin
    for v_partition in select inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhparent
                        where c.relkind = 'p' loop
        execute format('alter table %s enable row level security', v_partition);
    end loop;
    -- And what rebuilds have left to roll back to.
    for v_partition in select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where c.relkind = 'r' and n.nspname ~ '^read_models_[0-9]+_(next|previous)$' loop
        execute format('alter table %s enable row level security', v_partition);
    end loop;
end
$$;

-- As in V1, with the owner's rights for the sessions of the tenants; so it has to know where to stop.
create or replace function ensure_event_partitions(p_position bigint) returns bigint language plpgsql
security definer as $$
declare
    v_rows  bigint := event_partition_rows();
    v_count bigint := p_position / v_rows + 1;
    v_name  text;
begin
    if p_position > coalesce((select max(h.position) from log_head h), 0) + 2 * v_rows then
        raise exception 'position % is more than two partitions beyond every log', p_position
            using errcode = 'invalid_parameter_value', hint = 'ask for the position after the head';
    end if;
    perform pg_advisory_xact_lock(hashtext('posars.events.partitions'));
    for i in (select count(*) from pg_inherits where inhparent = 'events'::regclass) .. v_count - 1 loop
        v_name := format('events_%s', lpad(i::text, 6, '0'));
        execute format('create table %I (like events including all)', v_name);
        execute format('alter table %I enable row level security', v_name);
        execute format('alter table events attach partition %I for values from (%s) to (%s)',
                       v_name, i * v_rows + 1, (i + 1) * v_rows + 1);
    end loop;
    return (select count(*) from pg_inherits where inhparent = 'events'::regclass) * v_rows;
end
$$;

-- As in V2, with row-level security on what they make.
create or replace function ensure_read_models(p_log_id integer) returns void language plpgsql as $$
declare
    v_schema text := format('read_models_%s', p_log_id);
    v_table  text;
begin
    perform pg_advisory_xact_lock(hashtext('posars.read_models'), p_log_id);
    -- All here, under the lock: create schema if not exists fails when two sessions race.
    execute format('create schema if not exists %I', v_schema);
    execute format('create schema if not exists %I', v_schema || '_next');
    execute format('create schema if not exists %I', v_schema || '_previous');
    foreach v_table in array array['names', 'sales', 'daily_sales', 'stock_position', 'stock_movements'] loop
        if to_regclass(format('%I.%I', v_schema, v_table)) is null then
            execute format('create table %I.%I (like %I including all, check (log_id = %s)) with (fillfactor = 90)',
                           v_schema, v_table, v_table, p_log_id);
            execute format('alter table %I.%I enable row level security', v_schema, v_table);
            execute format('alter table %I attach partition %I.%I for values in (%s)',
                           v_table, v_schema, v_table, p_log_id);
        end if;
    end loop;
end
$$;

create or replace function start_read_model(p_table text, p_log_id integer) returns text language plpgsql as $$
declare
    v_schema text := format('read_models_%s_next', p_log_id);
begin
    execute format('drop table if exists %I.%I', v_schema, p_table);
    execute format('create table %I.%I (like %I including defaults including storage, check (log_id = %s)) '
                   'with (fillfactor = 90)',
                   v_schema, p_table, p_table, p_log_id);
    execute format('alter table %I.%I enable row level security', v_schema, p_table);
    return v_schema;
end
$$;

-- The functions that write the log work with the owner's rights, so the policies do not hold in them (and cost
-- them nothing). In their place one comparison at the entry: whoever appends must have named that very log in the
-- session, also the owner. It is put in front of the body as it stands, so that the long bodies have one home, V1.
do $$
declare
    v_name    text;
    v_source  text;
    v_guarded text;
begin
    foreach v_name in array array['append_batch', 'append_one'] loop
        v_source := pg_get_functiondef(v_name::regproc);
        -- The first line that is "begin" and nothing else opens the body.
        v_guarded := regexp_replace(v_source, '\nbegin\n', $guard$
begin
    if current_setting('posars.log_id', true) is distinct from p_log_id::text then
        raise exception 'a session of log % may not append to log %',
                        coalesce(nullif(current_setting('posars.log_id', true), ''), 'none'), p_log_id
            using errcode = 'insufficient_privilege', hint = 'name the log first, in posars.log_id';
    end if;
$guard$);
        if v_guarded = v_source then
            raise exception 'the function % has no line "begin" to put the check behind', v_name;
        end if;
        execute v_guarded;
        execute format('alter function %I security definer', v_name);
    end loop;
    -- A function with the owner's rights must not find the caller's tables first.
    foreach v_name in array array['append_batch', 'append_one', 'ensure_event_partitions'] loop
        execute format('alter function %I set search_path = %I, pg_temp', v_name, current_schema());
        execute format('revoke execute on function %I from public', v_name);
        execute format('grant execute on function %I to posars_tenant', v_name);
    end loop;
end
$$;
