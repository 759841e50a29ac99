-- Read models: what people read, derived from the log and rebuilt from it at will.
--
-- Every read model is one table partitioned by log, so that one tenant's rebuild swaps its own partition and
-- touches nobody else's rows. The partition of log 7 is read_models_7.<table>; while a rebuild runs the new one
-- is read_models_7_next.<table>; after the swap the old one is kept as read_models_7_previous.<table>.
-- Money is in minor units (_minor), quantities in ten-thousandths (_e4), as the events have them.

create table names (
    log_id   integer not null,
    position bigint not null,
    kind     text collate "C" not null,
    id       text collate "C" not null,
    name     text not null,
    retired  boolean not null,
    constraint names_pkey primary key (id, kind, log_id)
) partition by list (log_id);
comment on table names is 'What people call a company, store or product.';

create table sales (
    sale_id           uuid not null,
    log_id            integer not null,
    position          bigint not null,
    last_position     bigint not null,
    version           bigint not null,
    occurred_at       timestamptz not null,
    recorded_at       timestamptz not null,
    voided_at         timestamptz,
    gross_minor       bigint not null,
    discount_minor    bigint not null,
    total_minor       bigint not null,
    change_minor      bigint not null,
    returned_minor    bigint not null,
    refunded_minor    bigint not null,
    quantity_e4       bigint not null,
    returned_e4       bigint not null,
    items             integer not null,
    business_date     date not null,
    voided_on         date,
    local_hour        smallint not null,
    store_id          text collate "C" not null,
    register_no       text collate "C",
    receipt_series    text collate "C",
    receipt_number    text collate "C",
    channel           text collate "C" not null,
    currency          text collate "C" not null,
    method            text collate "C" not null,
    customer          text collate "C",
    seller            text,
    void_reason       text,
    constraint sales_pkey primary key (sale_id, log_id)
) partition by list (log_id);
comment on table sales is 'One row per sale, with what happened to it since.';
create index sales_day_idx on sales (business_date, position);
create index sales_store_idx on sales (store_id, business_date, position);

create table daily_sales (
    business_date     date not null,
    log_id            integer not null,
    store_id          text collate "C" not null,
    method            text collate "C" not null,
    currency          text collate "C" not null,
    sales             bigint not null,
    payments          bigint not null,
    quantity_e4       bigint not null,
    gross_minor       bigint not null,
    discount_minor    bigint not null,
    total_minor       bigint not null,
    returns           bigint not null,
    refund_minor      bigint not null,
    voids             bigint not null,
    void_minor        bigint not null,
    last_position     bigint not null,
    constraint daily_sales_pkey primary key (business_date, store_id, method, currency, log_id)
) partition by list (log_id);
comment on table daily_sales is 'Figures per business day, store and payment method; they add up over all three.';

create table stock_position (
    store_id          text collate "C" not null,
    sku               text collate "C" not null,
    log_id            integer not null,
    version           bigint not null,
    last_position     bigint not null,
    quantity_e4       bigint not null,
    value_minor       bigint not null,
    average_minor     bigint,
    currency          text collate "C",
    last_date         date not null,
    short             boolean not null,
    constraint stock_position_pkey primary key (store_id, sku, log_id)
) partition by list (log_id);
comment on table stock_position is 'What each store has of each product, and what it is worth at cost.';

create table stock_movements (
    store_id             text collate "C" not null,
    sku                  text collate "C" not null,
    log_id               integer not null,
    position             bigint not null,
    version              bigint not null,
    occurred_at          timestamptz not null,
    recorded_at          timestamptz not null,
    business_date        date not null,
    -- The latest business date of the stock up to this movement: a movement dated before it came late.
    latest_date          date not null,
    quantity_e4          bigint not null,
    value_minor          bigint not null,
    settled_minor        bigint not null,
    balance_e4           bigint not null,
    balance_minor        bigint not null,
    kind                 text collate "C" not null,
    document             text collate "C" not null,
    currency             text collate "C" not null,
    provisional          boolean not null,
    estimated            boolean not null,
    constraint stock_movements_pkey primary key (store_id, sku, position, log_id)
) partition by list (log_id);
comment on table stock_movements is 'The stock card (kardex): every movement with the balance after it.';

create table read_model_builds (
    projection        text collate "C" not null,
    log_id            integer not null,
    build             integer not null,
    version           integer not null,
    built_at          timestamptz not null default now(),
    previous_build    integer,
    previous_version  integer,
    previous_position bigint,
    constraint read_model_builds_pkey primary key (projection, log_id)
);
comment on table read_model_builds is 'Which build of a read model is live, by which version of the code, and what a rollback returns to.';

create table parked_events (
    projection text collate "C" not null,
    log_id     integer not null,
    build      integer not null,
    position   bigint not null,
    stream     text collate "C" not null,
    event_type text collate "C" not null,
    -- Null for an event that only waits behind a failed one of its stream.
    problem    text,
    parked_at  timestamptz not null default now(),
    constraint parked_events_pkey primary key (projection, log_id, build, position)
);
comment on table parked_events is 'Events that a build of a read model lacks: those that failed, and those of the same stream behind them.';

-- Makes the partitions of one log in every read model. Create + attach, because create ... partition of would
-- take a lock that stops the readers of all tenants.
create function ensure_read_models(p_log_id integer) returns void language plpgsql as $$
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
            execute format('alter table %I attach partition %I.%I for values in (%s)',
                           v_table, v_schema, v_table, p_log_id);
        end if;
    end loop;
end
$$;

-- Makes an empty table for a rebuild, without indexes, and answers its schema. What an earlier rebuild that was
-- killed left behind goes first.
create function start_read_model(p_table text, p_log_id integer) returns text language plpgsql as $$
declare
    v_schema text := format('read_models_%s_next', p_log_id);
begin
    execute format('drop table if exists %I.%I', v_schema, p_table);
    execute format('create table %I.%I (like %I including defaults including storage, check (log_id = %s)) '
                   'with (fillfactor = 90)',
                   v_schema, p_table, p_table, p_log_id);
    return v_schema;
end
$$;

-- Drops what a rebuild left behind; answers whether there was anything.
create function drop_read_model(p_table text, p_log_id integer) returns boolean language plpgsql as $$
declare
    v_schema text := format('read_models_%s_next', p_log_id);
    v_found  boolean := to_regclass(format('%I.%I', v_schema, p_table)) is not null;
begin
    if v_found then
        execute format('drop table %I.%I', v_schema, p_table);
    end if;
    return v_found;
end
$$;

-- Gives the new table the parent's primary key and indexes, once it is full: attaching then only adopts them.
create function index_read_model(p_table text, p_log_id integer) returns void language plpgsql as $$
declare
    v_new    text := format('%I.%I', format('read_models_%s_next', p_log_id), p_table);
    v_index  record;
begin
    for v_index in
        select c.contype, pg_get_constraintdef(c.oid) as key, pg_get_indexdef(i.indexrelid) as definition
          from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p'
         where i.indrelid = p_table::regclass
    loop
        if v_index.contype = 'p' then
            execute format('alter table %s add %s', v_new, v_index.key);
        else
            execute regexp_replace(v_index.definition, '^(CREATE (UNIQUE )?INDEX) .* (USING .*)$',
                                   format('\1 ON %s \3', v_new));
        end if;
    end loop;
    execute format('analyze %s', v_new);
end
$$;

-- Puts the new table in the live one's place and keeps that for a rollback. Takes a short exclusive lock on the
-- read model: the caller sets lock_timeout and tries again.
create function swap_read_model(p_table text, p_log_id integer) returns void language plpgsql as $$
declare
    v_live     text := format('read_models_%s', p_log_id);
    v_next     text := format('read_models_%s_next', p_log_id);
    v_previous text := format('read_models_%s_previous', p_log_id);
begin
    execute format('alter table %I detach partition %I.%I', p_table, v_live, p_table);
    execute format('drop table if exists %I.%I', v_previous, p_table);
    execute format('alter table %I.%I set schema %I', v_live, p_table, v_previous);
    execute format('alter table %I.%I set schema %I', v_next, p_table, v_live);
    execute format('alter table %I attach partition %I.%I for values in (%s)', p_table, v_live, p_table, p_log_id);
end
$$;

-- Brings the previous table back and keeps the one it replaces as the previous one.
create function roll_back_read_model(p_table text, p_log_id integer) returns void language plpgsql as $$
declare
    v_next     text := format('read_models_%s_next', p_log_id);
    v_previous text := format('read_models_%s_previous', p_log_id);
begin
    execute format('drop table if exists %I.%I', v_next, p_table);
    execute format('alter table %I.%I set schema %I', v_previous, p_table, v_next);
    perform swap_read_model(p_table, p_log_id);
end
$$;
