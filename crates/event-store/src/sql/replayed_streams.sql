-- $1 log, $2 first and $3 last positions of appends: the stream versions that each one reached, and its time, in
-- the order of its writes, whose events stand one after the other.
select r.ord, e.stream, e.version, e.recorded_at
  from unnest($2::bigint[], $3::bigint[]) with ordinality r(first, last, ord)
 cross join lateral (select stream, max(version) as version, max(recorded_at) as recorded_at, min(position) as position
                       from events
                      where log_id = $1 and position between r.first and r.last
                      group by stream offset 0) e
 order by r.ord, e.position
