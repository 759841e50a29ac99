-- In the log $1, which of these keys, $2, may not have the CPF of the same place in $3, because another employee has it.
select w.key_id
  from unnest($2::uuid[], $3::bytea[]) as w(key_id, digest)
  join subject_finders f on f.log_id = $1 and f.digest = w.digest and f.class = 'labour' and f.key_id <> w.key_id
