-- $1 projection, $2 log. Under the lock of the checkpoint row, so that a retry does not empty it meanwhile.
select distinct p.stream
  from read_model_builds b
  join parked_events p on p.projection = b.projection and p.log_id = b.log_id and p.build = b.build
 where b.projection = $1 and b.log_id = $2
