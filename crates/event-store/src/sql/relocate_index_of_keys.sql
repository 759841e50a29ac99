-- $1 log.
create index concurrently if not exists idempotency_leaving_$1 on idempotency (last_position) where log_id = $1
