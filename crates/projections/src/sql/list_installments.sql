-- $1 subscription, $2 log, $3 items, $4 side. Their instalments, in the order of the items. "offset 0" makes each item a
-- look of its own.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, d.*
  from unnest($3::uuid[]) with ordinality k(item_id, place)
 cross join lateral (select * from installments i
                      where i.item_id = k.item_id and i.side = $4 and i.log_id = $2
                     offset 0) d
 order by k.place, d.number
