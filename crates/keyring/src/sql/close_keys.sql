-- Closes the keys of the person $2 in the log $1 by place, classes $3, unless one was used after the day in $4 that was seen.
update subject_keys k
   set closing_until = now() + interval '1 minute'
  from unnest($3::text[], $4::date[]) as w(class, seen)
 where k.log_id = $1 and k.subject_id = $2 and k.class = w.class and k.last_used_on <= w.seen
returning k.class
