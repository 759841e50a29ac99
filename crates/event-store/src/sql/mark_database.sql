-- $1 a number that nobody else draws: a mark in this database, for as long as the session lasts.
select pg_try_advisory_lock($1) as ours
