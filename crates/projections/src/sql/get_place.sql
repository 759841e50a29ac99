-- $1 subscription, $2 log, $3 kind, $4 id, $5 register or an empty text.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, p.*
  from places p
 where p.kind = $3 and p.id = $4 and p.register_no = $5 and p.log_id = $2
