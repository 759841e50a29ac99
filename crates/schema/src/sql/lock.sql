-- $1 bigint: key. Held until the session ends; waits as long as lock_timeout allows.
select pg_advisory_lock($1::bigint)
