-- Puts $2, wrapped by the master key $3, in the place of $4 for the log $1: $4 is what was read, and another process may
-- have wrapped it anew meanwhile, which is as good.
update company_keys set wrapped = $2, master_key = $3 where log_id = $1 and wrapped = $4
