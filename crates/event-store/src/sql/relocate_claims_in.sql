-- What relocate_claims.sql sends.
copy arriving_claims (key, log_id, holder) from stdin (format binary)
