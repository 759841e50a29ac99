-- The settings of the server that durability rests on, and its clock.
select current_setting('server_version') as version,
       current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as synchronous_commit,
       current_setting('full_page_writes') as full_page_writes,
       current_setting('max_connections')::bigint as max_connections,
       pg_is_in_recovery() as is_standby,
       clock_timestamp() as clock
