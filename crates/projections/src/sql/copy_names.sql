-- Into the new table of a rebuild, made in the same transaction.
copy names (log_id, kind, id, name, retired, position) from stdin (format binary, freeze)
