-- $1 projection, $2 log. Under the lock of the checkpoint row, so that a retry does not empty it meanwhile.
select distinct p.stream
  from parked_events p
 where p.projection = $1 and p.log_id = $2
   and p.build = (select b.build from read_model_builds b where b.projection = $1 and b.log_id = $2)
