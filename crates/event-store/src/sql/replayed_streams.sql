-- $1 log, $2 first position, $3 last position: the stream versions that an append reached, and its time, in the
-- order of its writes, whose events stand one after the other.
select stream, max(version) as version, max(recorded_at) as recorded_at
  from events
 where log_id = $1 and position between $2 and $3
 group by stream
 order by min(position)
