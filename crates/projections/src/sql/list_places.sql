-- $1 subscription, $2 log, $3 kind, $4 ids of the stores, or null for all, $5 and $6 id and register after which the page
-- begins, $7 limit.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, p.*
  from places p
 where p.log_id = $2 and p.kind = $3 and (p.id, p.register_no) > ($5::text, $6::text)
   and ($4::text[] is null or p.id = any($4))
 order by p.id, p.register_no
 limit $7
