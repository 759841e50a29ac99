-- $1 log, after remove_all_keys.sql.
delete from company_keys where log_id = $1
