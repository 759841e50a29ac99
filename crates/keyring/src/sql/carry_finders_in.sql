-- What carry_finders.sql sends.
copy subject_finders (log_id, digest, key_id, class) from stdin (format binary)
