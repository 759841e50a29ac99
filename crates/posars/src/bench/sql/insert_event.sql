-- One event, one transaction. $1 position, $2 version, $3 event id, $4 stream, $5 type, $6 data, $7 metadata.
insert into bench_events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
values (1, $1, $2, clock_timestamp(), $3, 1, $4, $5, $6, $7)
