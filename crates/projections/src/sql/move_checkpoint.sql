-- $1 subscription, $2 log, $3 position. A new epoch: whoever runs the projection has to look again where it stands.
update checkpoints
   set position = $3, epoch = epoch + 1, holder = null, lease_until = '-infinity', updated_at = now()
 where name = $1 and log_id = $2
