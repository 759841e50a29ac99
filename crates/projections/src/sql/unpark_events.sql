-- $1 projection, $2 log, $3 positions that are applied now.
delete from parked_events p
 where p.projection = $1 and p.log_id = $2 and p.position = any($3::bigint[])
   and p.build = (select b.build from read_model_builds b where b.projection = $1 and b.log_id = $2)
