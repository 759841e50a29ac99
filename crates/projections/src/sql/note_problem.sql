-- $1 projection, $2 log, $3 position, $4 why it failed again.
update parked_events p
   set problem = $4
  from read_model_builds b
 where b.projection = $1 and b.log_id = $2
   and p.projection = b.projection and p.log_id = b.log_id and p.build = b.build and p.position = $3
