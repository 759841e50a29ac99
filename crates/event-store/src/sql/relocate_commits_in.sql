-- What relocate_commits.sql sends.
copy commits (log_id, first_position, event_count, committed_at, leaves, hash) from stdin (format binary)
