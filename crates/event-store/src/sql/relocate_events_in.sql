-- What relocate_events.sql sends.
copy events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
from stdin (format binary)
