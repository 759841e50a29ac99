-- $1 log, $2 streams. By first_position, so that one partition is opened per stream and not all of them. "offset 0" makes
-- each stream and each event a look of its own: as joins, tables without statistics were hashed whole. Outer: a place
-- where the stream's event is not must be told, not passed over. The array comes by a subquery, so that no plan is made
-- for its length: one made anew for each question costs more than the answer.
select u.ord::integer as ord, s.first_position as position, u.stream, 1::bigint as version, e.event_id, e.type,
       e.schema_version, e.data, e.metadata, e.recorded_at
  from unnest((select $2::text[])) with ordinality u(stream, ord)
 cross join lateral (select t.first_position from streams t
                      where t.stream = u.stream and t.log_id = $1 offset 0) s
  left join lateral (select v.event_id, v.type, v.schema_version, v.data, v.metadata, v.recorded_at from events v
                      where v.log_id = $1 and v.position = s.first_position and v.stream = u.stream
                        and v.version = 1 offset 0) e on true
