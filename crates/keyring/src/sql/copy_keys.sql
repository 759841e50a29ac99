-- Keys of the log $1 behind the id $2, at most $3, with their finders.
select k.key_id, k.subject_id, k.class, k.wrapped, k.last_used_on, k.created_at,
       coalesce((select array_agg(f.digest order by f.digest) from subject_finders f
                  where f.log_id = k.log_id and f.key_id = k.key_id), '{}'::bytea[]) as finders
  from subject_keys k
 where k.log_id = $1 and k.key_id > $2
 order by k.key_id
 limit $3
