-- Who bought: tax number and name of the buyer beside each sale, as the log has them: sealed, and of no use without the
-- person's key. Null for a sale without them, so for every sale from before.

alter table sales
    -- The event that they were sealed for: a ciphertext opens nowhere else.
    add column buyer_event_id uuid,
    add column buyer_tax_id text,
    add column buyer_name text;

-- Tables that a rebuild fills or that one has put aside are no partitions, and have to fit when they become one.
do $$
declare
    v_table regclass;
begin
    for v_table in
        select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relname = 'sales' and c.relkind = 'r' and not c.relispartition
           and n.nspname ~ '^read_models_[0-9]+_(next|previous)$'
    loop
        execute format('alter table %s add column buyer_event_id uuid, add column buyer_tax_id text, '
                       'add column buyer_name text', v_table);
    end loop;
end
$$;
