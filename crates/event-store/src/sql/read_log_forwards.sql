-- $1 log, $2 after this position, $3 up to this position, $4 categories or null, $5 limit, $6 limit in bytes of texts, which
-- the last event may cross. The sum runs along the index and unpacks no text; what stands beyond it is not sent.
select position, stream, version, event_id, type, schema_version, data, metadata, recorded_at, through_bytes
  from (select position, stream, version, event_id, type, schema_version, data, metadata, recorded_at,
               octet_length(data) + octet_length(metadata) as own_bytes,
               sum(octet_length(data) + octet_length(metadata))
                   over (order by position rows unbounded preceding) as through_bytes
          from events
         where log_id = $1 and position > $2 and position <= $3
           and ($4::text[] is null or split_part(stream, '-', 1) = any ($4))
         order by position
         limit $5) found
 where through_bytes - own_bytes < $6
 order by position
