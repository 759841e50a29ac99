-- Keys of the log $1, by place: $2 ids, $3 persons, $4 classes, $5 wrapped keys, $6 last days, $7 when made; finders by place: $8 keys, $9
-- digests. Where the person has another key of the class, or another employee the CPF, what is here stays. Nobody
-- knows what was sealed since the copy was made, so each is taken for used today.
with put as (
    insert into subject_keys (log_id, key_id, subject_id, class, wrapped, last_used_on, created_at)
    select $1, w.key_id, w.subject_id, w.class, w.wrapped, greatest(w.last_used_on, current_date), w.created_at
      from unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::date[], $7::timestamptz[])
        as w(key_id, subject_id, class, wrapped, last_used_on, created_at)
     order by w.subject_id collate "C", w.class collate "C"
    on conflict do nothing
    returning key_id, class
),
found as (
    insert into subject_finders (log_id, digest, key_id, class)
    select $1, f.digest, p.key_id, p.class
      from unnest($8::uuid[], $9::bytea[]) as f(key_id, digest) join put p on p.key_id = f.key_id
     order by f.digest, p.key_id
    on conflict do nothing
)
select key_id from put
