-- In the log $1, takes from the employees $2 each finder that is not theirs in $3, place by place.
delete from subject_finders f
 using subject_keys k
 where k.log_id = $1 and k.subject_id = any($2) and k.class = 'labour'
   and f.log_id = $1 and f.key_id = k.key_id
   and not exists (select from unnest($2::text[], $3::bytea[]) as w(subject_id, digest)
                    where w.subject_id = k.subject_id and w.digest = f.digest)
