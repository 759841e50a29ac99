-- $1 log.
create index concurrently if not exists claims_leaving_$1 on claims (holder) where log_id = $1
