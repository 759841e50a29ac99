-- $1 subscription, $2 log. A row to lock, also when the projection never ran.
insert into checkpoints (name, log_id) values ($1, $2) on conflict (name, log_id) do nothing
