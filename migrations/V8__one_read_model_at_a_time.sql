-- What is done for a read model takes its table as an argument, so that a new one is its table and nothing else here; and
-- the first four that are made this way.

-- Makes the partition of one log in one read model. Create + attach, because create ... partition of would take a lock
-- that stops the readers of all tenants.
create function ensure_read_model(p_table text, p_log_id integer) returns void language plpgsql as $$
declare
    v_schema text := format('read_models_%s', p_log_id);
begin
    -- One log's at a time: create schema if not exists fails when two sessions race.
    perform pg_advisory_xact_lock(hashtext('posars.read_models'), p_log_id);
    execute format('create schema if not exists %I', v_schema);
    execute format('create schema if not exists %I', v_schema || '_next');
    execute format('create schema if not exists %I', v_schema || '_previous');
    if to_regclass(format('%I.%I', v_schema, p_table)) is null then
        execute format('create table %I.%I (like %I including all, check (log_id = %s)) with (fillfactor = 90)',
                       v_schema, p_table, p_table, p_log_id);
        execute format('alter table %I.%I enable row level security', v_schema, p_table);
        execute format('alter table %I attach partition %I.%I for values in (%s)',
                       p_table, v_schema, p_table, p_log_id);
    end if;
end
$$;

-- For the build before this one, which asks for all of them at once.
create or replace function ensure_read_models(p_log_id integer) returns void language plpgsql as $$
begin
    perform ensure_read_model(c.relname, p_log_id)
       from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
      where p.partstrat = 'l' and c.oid = to_regclass(format('%I', c.relname));
end
$$;

-- The rows of a read model and the sum of their hashes: equal for equal rows in any order. Of the table that the search
-- path finds, so that two builds can be compared.
create function checksum_read_model(p_table text, p_log_id integer) returns table (rows bigint, checksum text)
language plpgsql as $$
begin
    return query execute
        format('select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from %I t where log_id = $1',
               p_table)
        using p_log_id;
end
$$;

create table stock_receipts (
    receipt_id    uuid not null,
    log_id        integer not null,
    -- Of the first and the last line.
    position      bigint not null,
    last_position bigint not null,
    occurred_at   timestamptz not null,
    recorded_at   timestamptz not null,
    value_minor   bigint not null,
    settled_minor bigint not null,
    items         integer not null,
    business_date date not null,
    store_id      text collate "C" not null,
    currency      text collate "C" not null,
    supplier      text collate "C",
    access_key    text collate "C",
    lines         jsonb not null,
    constraint stock_receipts_pkey primary key (receipt_id, log_id)
) partition by list (log_id);
comment on table stock_receipts is 'Goods received: one row per delivery, with its lines by their ids.';
create index stock_receipts_day_idx on stock_receipts (business_date, position);
create index stock_receipts_store_idx on stock_receipts (store_id, business_date, position);
create index stock_receipts_supplier_idx on stock_receipts (supplier, business_date, position);
create index stock_receipts_key_idx on stock_receipts (access_key, business_date, position);
select open_read_model('stock_receipts');

create table stock_adjustments (
    adjustment_id uuid not null,
    log_id        integer not null,
    position      bigint not null,
    version       bigint not null,
    occurred_at   timestamptz not null,
    recorded_at   timestamptz not null,
    delta_e4      bigint not null,
    value_minor   bigint not null,
    settled_minor bigint not null,
    balance_e4    bigint not null,
    balance_minor bigint not null,
    business_date date not null,
    store_id      text collate "C" not null,
    sku           text collate "C" not null,
    currency      text collate "C" not null,
    reason        text collate "C" not null,
    note          text,
    provisional   boolean not null,
    constraint stock_adjustments_pkey primary key (adjustment_id, log_id)
) partition by list (log_id);
comment on table stock_adjustments is 'Quantities and values of stock that were put right.';
create index stock_adjustments_day_idx on stock_adjustments (business_date, position);
create index stock_adjustments_store_idx on stock_adjustments (store_id, business_date, position);
create index stock_adjustments_reason_idx on stock_adjustments (reason, business_date, position);
select open_read_model('stock_adjustments');

create table shortages (
    store_id      text collate "C" not null,
    sku           text collate "C" not null,
    log_id        integer not null,
    -- Of the last time that it began.
    position      bigint not null,
    last_position bigint not null,
    began_at      timestamptz not null,
    ended_at      timestamptz,
    missing_e4    bigint not null,
    times         bigint not null,
    sale_id       uuid,
    began_on      date not null,
    ended_on      date,
    is_open       boolean not null,
    constraint shortages_pkey primary key (store_id, sku, log_id)
) partition by list (log_id);
comment on table shortages is 'Stock that is or was below zero: one row per store and product, of the last time.';
create index shortages_open_idx on shortages (is_open, store_id, sku);
select open_read_model('shortages');

create table waiting_lines (
    -- First in the key: all lines of a product go at once.
    sku           text collate "C" not null,
    store_id      text collate "C" not null,
    position      bigint not null,
    line_id       bigint not null,
    log_id        integer not null,
    occurred_at   timestamptz not null,
    waits_since   timestamptz not null,
    quantity_e4   bigint not null,
    sale_id       uuid not null,
    return_id     uuid,
    business_date date not null,
    movement      text collate "C" not null,
    constraint waiting_lines_pkey primary key (sku, store_id, position, line_id, log_id)
) partition by list (log_id);
comment on table waiting_lines is 'Lines of sales that wait for their product to be defined; they go when it is.';
create index waiting_lines_store_idx on waiting_lines (store_id, sku, position, line_id);
select open_read_model('waiting_lines');
