-- $1 projection, $2 log, $3 positions that are applied now.
delete from parked_events p
 using read_model_builds b
 where b.projection = $1 and b.log_id = $2
   and p.projection = b.projection and p.log_id = b.log_id and p.build = b.build and p.position = any($3::bigint[])
