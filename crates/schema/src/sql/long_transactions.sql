-- $1 integer: seconds. Transactions of this database that are older than that, the oldest first: a migration that needs a
-- lock on what they use waits for them.
select pid, coalesce(application_name, '') as application, coalesce(state, '') as state,
       extract(epoch from clock_timestamp() - xact_start)::bigint as age_s
  from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid()
   and xact_start < clock_timestamp() - make_interval(secs => $1::integer)
 order by xact_start
 limit 20
