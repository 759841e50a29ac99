-- $1 subscription, $2 log, $3 keys, $4 most items of each: what is open first, then the newest, because numbers of
-- transactions begin anew. "offset 0" makes each key a look of its own.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, f.lookup, f.item_id
  from unnest($3::text[]) k(lookup)
 cross join lateral (select i.lookup, i.item_id
                       from item_lookups i
                       left join open_items o
                         on o.item_id = i.item_id and o.side = 'receivable' and o.log_id = $2
                      where i.lookup = k.lookup and i.log_id = $2
                      order by o.open_minor <> 0 desc nulls first, o.position desc nulls first, i.item_id
                      limit $4) f
