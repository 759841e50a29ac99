-- $1 projection, $2 log.
select pg_advisory_unlock(hashtext('posars.rebuild.' || $1), $2)
