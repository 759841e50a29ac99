-- What stores want to have of a product at least, and where it is low.

create table low_stock (
    store_id         text collate "C" not null,
    sku              text collate "C" not null,
    log_id           integer not null,
    position         bigint not null,
    -- Of the last definition; when that switched the policy off, of the one before.
    reorder_point_e4 bigint,
    is_on            boolean,
    -- As the reactor told last.
    is_low           boolean,
    low_since        timestamptz,
    constraint low_stock_pkey primary key (store_id, sku, log_id)
) partition by list (log_id);
comment on table low_stock is 'Reorder points, and whether the stock is low: one row per store and product.';
create index low_stock_low_idx on low_stock (is_low, store_id, sku);
select open_read_model('low_stock');
