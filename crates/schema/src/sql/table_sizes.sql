-- $1 text[]: names of tables. Bytes and rows of each, with indexes and partitions; none for one that is not there. Rows as
-- the last analyze counted them.
select wanted.name, sum(pg_total_relation_size(c.oid))::bigint as bytes, sum(greatest(c.reltuples, 0))::bigint as rows
  from unnest($1::text[]) wanted(name)
 cross join lateral (select to_regclass(wanted.name)::oid as oid
                      union select relid::oid from pg_partition_tree(to_regclass(wanted.name))) part
  join pg_class c on c.oid = part.oid
 group by wanted.name
