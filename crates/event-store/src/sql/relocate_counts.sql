-- $1 log.
select (select count(*) from idempotency where log_id = $1) as keys,
       (select count(*) from claims where log_id = $1) as claims,
       (select count(*) from streams where log_id = $1) as streams,
       (select coalesce(sum(version), 0)::bigint from streams where log_id = $1) as versions
