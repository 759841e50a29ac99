-- $1 log, $2 stream, $3 first version, $4 limit. The first event is found by its place, only the others by the index.
select position, stream, version, event_id, type, schema_version, data, metadata, recorded_at
  from ((select s.first_position as position, s.stream, 1::bigint as version, e.event_id, e.type, e.schema_version, e.data,
                e.metadata, e.recorded_at
           from streams s
           -- Outer: a place where the stream's first event is not must be told, not passed over.
           left join events e on e.log_id = $1 and e.position = s.first_position
                             and e.stream = s.stream and e.version = 1
          where s.stream = $2 and s.log_id = $1 and $3::bigint <= 1)
        union all
        (select position, stream, version, event_id, type, schema_version, data, metadata, recorded_at
           from events
          where stream = $2 and log_id = $1 and version > 1 and version >= $3
          order by version
          limit $4)) found
 order by version
 limit $4
