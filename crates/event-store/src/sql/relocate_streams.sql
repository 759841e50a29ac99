-- $1 log, $2 and $3 after and up to which position: streams are what their events make them.
insert into streams (stream, log_id, version, first_position, last_position)
select stream, $1, max(version), min(position), max(position)
  from events where log_id = $1 and position > $2 and position <= $3
 group by stream
    on conflict (stream, log_id) do update
   set version = excluded.version, last_position = excluded.last_position
