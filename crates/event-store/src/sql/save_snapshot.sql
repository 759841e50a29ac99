-- $1 stream, $2 log, $3 version, $4 schema version, $5 state. An older state never replaces a newer one.
insert into snapshots as s (stream, log_id, version, schema_version, state)
values ($1, $2, $3, $4, $5::text::json)
    on conflict (stream, log_id) do update
   set version = excluded.version, schema_version = excluded.schema_version, state = excluded.state, taken_at = now()
 where s.version < excluded.version or s.schema_version <> excluded.schema_version
