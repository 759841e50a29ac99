-- What carry_destroyed.sql sends.
copy destroyed_keys (log_id, key_id, subject_id, class, destroyed_at) from stdin (format binary)
