-- $1 subscription, $2 log, $3 item, $4 side. What happened to the item, in the order of the log.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, m.*
  from item_moves m
 where m.item_id = $3 and m.side = $4 and m.log_id = $2
 order by m.position, m.number
