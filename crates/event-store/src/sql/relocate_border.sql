-- $1 log, $2 a position: the last commit that begins up to there.
select first_position + event_count - 1 as last, committed_at, hash
  from commits
 where log_id = $1 and first_position <= $2
 order by first_position desc
 limit 1
