-- $1 log.
drop index concurrently if exists idempotency_leaving_$1
