-- What relocate_keys.sql sends.
copy idempotency (key, log_id, fingerprint, first_position, last_position) from stdin (format binary)
