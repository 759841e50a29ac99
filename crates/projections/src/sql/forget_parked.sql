-- $1 projection, $2 log. Drops what was parked for builds that are neither live nor kept.
delete from parked_events p
 using read_model_builds b
 where b.projection = $1 and b.log_id = $2
   and p.projection = b.projection and p.log_id = b.log_id
   and p.build not in (b.build, coalesce(b.previous_build, b.build))
