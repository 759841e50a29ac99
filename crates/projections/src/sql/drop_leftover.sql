-- $1 table, $2 log. Drops what a killed rebuild left, unless one is running.
select case when pg_try_advisory_xact_lock(hashtext('posars.rebuild.' || $1), $2)
            then drop_read_model($1, $2) else false end as dropped
