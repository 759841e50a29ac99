-- $1 projection, $2 log. Held by the session for as long as the rebuild runs.
select pg_try_advisory_lock(hashtext('posars.rebuild.' || $1), $2) as locked
