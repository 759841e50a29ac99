-- $1 log. Waits for those who write keys of its people, and lets no other begin until the transaction ends (V14).
select pg_advisory_xact_lock(hashtext('posars.keys'), $1)
