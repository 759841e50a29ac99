-- The catalogue of products, and the company with its stores and registers, as lists that can be read.

-- Gives a new read model what V4 gave the first ones: a session of a caller reads the rows of its own log and no others.
create function open_read_model(p_table text) returns void language plpgsql as $$
begin
    execute format('alter table %I enable row level security', p_table);
    execute format('create policy own_log on %I to posars_tenant '
                   'using (log_id = nullif(current_setting(''posars.log_id'', true), '''')::integer)',
                   p_table);
    execute format('grant select on %I to posars_tenant', p_table);
end
$$;

create table products (
    sku       text collate "C" not null,
    log_id    integer not null,
    position  bigint not null,
    name      text not null,
    gtin      text collate "C",
    -- The GTIN in its form of 14 digits, by which it is found whichever bar code carries it.
    gtin_14   text collate "C",
    ncm       text collate "C",
    unit      text not null,
    -- SKU and name without accents and in small letters, by which people find the product.
    searched  text collate "C" not null,
    decimals  smallint not null,
    tracked   boolean not null,
    retired   boolean not null,
    constraint products_pkey primary key (sku, log_id)
) partition by list (log_id);
comment on table products is 'The catalogue: one row per product as it stands.';
create index products_gtin_idx on products (gtin_14, sku);
create index products_ncm_idx on products (ncm, sku);
select open_read_model('products');

create table places (
    kind         text collate "C" not null,
    -- Of the company or the store; a register has its store's.
    id           text collate "C" not null,
    -- Empty for a company and a store.
    register_no  text collate "C" not null,
    log_id       integer not null,
    position     bigint not null,
    name         text,
    cnpj         text collate "C",
    time_zone    text collate "C",
    day_cutover  time,
    currency     text collate "C",
    constraint places_pkey primary key (kind, id, register_no, log_id)
) partition by list (log_id);
comment on table places is 'The company, its stores and their registers, as they were set up.';
select open_read_model('places');

-- As in V4, for every read model there is: they are the tables that are partitioned by log. A migration that adds one
-- needs not say so here.
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
    for v_table in
        select c.relname from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
         where p.partstrat = 'l' and c.oid = to_regclass(format('%I', c.relname))
         order by c.relname
    loop
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
