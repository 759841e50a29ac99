-- What a server must be like before a company relies on it: how this session reached it, what its role may, and what is
-- kept for the day on which the machine is gone. A managed server copies and archives by means that it does not show.
select coalesce((select s.ssl from pg_stat_ssl s where s.pid = pg_backend_pid()), false) as is_encrypted,
       inet_server_addr() is null or inet_server_addr() <<= '127.0.0.0/8'::inet or inet_server_addr() = '::1'::inet as is_local,
       r.rolsuper as is_superuser,
       r.rolbypassrls as is_above_policies,
       coalesce(current_setting('rds.extensions', true), '') <> '' as is_managed,
       current_setting('wal_level') as wal_level,
       current_setting('archive_mode') as archive_mode,
       current_setting('data_checksums') as data_checksums,
       current_setting('autovacuum') as autovacuum,
       current_setting('idle_in_transaction_session_timeout') as idle_in_transaction_timeout
  from pg_roles r
 where r.rolname = current_user
