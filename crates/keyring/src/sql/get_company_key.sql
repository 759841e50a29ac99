-- The company's own key, of the log $1.
select wrapped, master_key, created_at from company_keys where log_id = $1
