-- $1 log. Whether it is our turn to move it; held until the session ends.
select pg_try_advisory_lock(hashtext('posars.relocation'), $1) as ours
