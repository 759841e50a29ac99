-- Who is found in the log $1 by each of the digests $2; its place counts from 0. Employees first, who are certain to be one person; then
-- the oldest: what is found by one number is mostly one person.
select (w.place - 1)::integer as place, k.subject_id, k.class
  from unnest($2::bytea[]) with ordinality as w(digest, place)
  join subject_finders f on f.log_id = $1 and f.digest = w.digest
  join subject_keys k on k.log_id = f.log_id and k.key_id = f.key_id
 order by w.place, case f.class when 'labour' then 1 when 'fiscal' then 2 else 3 end, k.created_at, k.key_id
