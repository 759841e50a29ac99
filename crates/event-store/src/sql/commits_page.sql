-- $1 log, $2 first position at or after, $3 limit.
select first_position, event_count, committed_at, leaves, hash
  from commits
 where log_id = $1 and first_position >= $2
 order by first_position
 limit $3
