-- The master keys that wrap something, over all logs.
select distinct master_key from company_keys order by master_key
