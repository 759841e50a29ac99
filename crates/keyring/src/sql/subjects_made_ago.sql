-- $1 log, $2 person to go on after, $3 and $4 the least and the greatest age in hours, $5 limit.
select distinct subject_id
  from subject_keys
 where log_id = $1 and subject_id > $2
   and created_at between now() - make_interval(hours => $4) and now() - make_interval(hours => $3)
 order by subject_id
 limit $5
