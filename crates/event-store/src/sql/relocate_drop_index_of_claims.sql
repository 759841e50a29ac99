-- $1 log.
drop index concurrently if exists claims_leaving_$1
