-- $1 subscription, $2 log, $3 kind, $4 id after which the page begins, $5 limit.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, n.*
  from names n
 where n.log_id = $2 and n.kind = $3 and n.id > $4
 order by n.id
 limit $5
