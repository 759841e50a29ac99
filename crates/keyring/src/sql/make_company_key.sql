-- Puts down the company's own key of the log $1: $2 wrapped by the master key $3; what is there holds.
insert into company_keys (log_id, wrapped, master_key) values ($1, $2, $3) on conflict (log_id) do nothing
