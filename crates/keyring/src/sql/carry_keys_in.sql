-- What carry_keys.sql sends.
copy subject_keys (log_id, key_id, subject_id, class, wrapped, last_used_on, closing_until, created_at)
from stdin (format binary)
