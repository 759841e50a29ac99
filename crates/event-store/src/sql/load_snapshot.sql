-- $1 stream, $2 log.
select version, schema_version, state::text as state from snapshots where stream = $1 and log_id = $2
