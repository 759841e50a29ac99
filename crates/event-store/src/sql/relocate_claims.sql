-- $1 log, $2 and $3 after and up to which position, $4 the log's number on the other side. What the streams written
-- there hold, by an index that is there while the log moves. A claim has no position; whatever a stream claims, it claims in
-- an append of its own. Those of later appends may come along.
copy (select c.key, $4::integer, c.holder
        from (select distinct e.stream from events e
               where e.log_id = $1 and e.position > $2 and e.position <= $3) s
        join claims c on c.log_id = $1 and c.holder = s.stream)
  to stdout (format binary)
