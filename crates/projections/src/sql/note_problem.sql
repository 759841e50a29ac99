-- $1 projection, $2 log, $3 position, $4 why it failed again.
update parked_events p
   set problem = $4
 where p.projection = $1 and p.log_id = $2 and p.position = $3
   and p.build = (select b.build from read_model_builds b where b.projection = $1 and b.log_id = $2)
