-- Many events, one transaction. $1 first position, $2 event ids, $3 streams, $4 type, $5 data, $6 metadata.
insert into bench_events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
select 1, $1 + e.ord, 1, clock_timestamp(), e.id, 1, e.stream, $4, e.data, e.metadata
  from unnest($2::uuid[], $3::text[], $5::text[], $6::text[]) with ordinality e(id, stream, data, metadata, ord)
