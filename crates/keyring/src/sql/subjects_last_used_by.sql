-- $1 log, $2 person to go on after, $3 classes, $4 the last day of use of each, $5 limit.
select distinct k.subject_id
  from subject_keys k
  join unnest($3::text[], $4::date[]) as due (class, last_day)
    on due.class = k.class and k.last_used_on <= due.last_day
 where k.log_id = $1 and k.subject_id > $2
 order by k.subject_id
 limit $5
