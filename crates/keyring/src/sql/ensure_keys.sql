-- Makes each person's key for a class unless there is one, moves its latest use, and adds its finders.
-- $1 log; of each key $2 its id, $3 person, $4 class, $5 the wrapped key, $6 the day; of each finder $7 which of the keys, from
-- 1, $8 the digest. Keys come in the order of person and class, finders in that of the digest: so no two of these
-- statements wait for each other. A CPF that an employee has already is passed over and told as doubtful: whose it is may
-- not be seen yet, if it was put down by somebody else in the same moment. The latest day of a key that is closing does not
-- move: whoever closes it has looked at it.
with wanted as (
    select w.* from unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::date[]) with ordinality
                    as w(key_id, subject_id, class, wrapped, used_on, place)
     order by w.subject_id collate "C", w.class collate "C"
),
made as (
    insert into subject_keys as k (log_id, key_id, subject_id, class, wrapped, last_used_on)
    select $1, key_id, subject_id, class, wrapped, used_on from wanted
    on conflict (log_id, subject_id, class)
       do update set last_used_on = case when k.closing_until > now() then k.last_used_on
                                         else greatest(k.last_used_on, excluded.last_used_on) end
    returning key_id, subject_id, class, wrapped, last_used_on, closing_until
),
finder as (
    select m.key_id, m.class, f.digest
      from unnest($7::integer[], $8::bytea[]) as f(place, digest)
      join wanted w on w.place = f.place
      join made m on m.subject_id = w.subject_id and m.class = w.class
),
added as (
    insert into subject_finders (log_id, digest, key_id, class)
    select $1, digest, key_id, class from finder order by digest, key_id
    on conflict do nothing
    returning digest, key_id
)
select m.key_id, m.subject_id, m.class, m.wrapped, m.last_used_on,
       coalesce(m.closing_until > now(), false) as is_closing,
       m.class = 'labour' and exists (
           select from finder f
            where f.key_id = m.key_id
              and not exists (select from added a where a.key_id = f.key_id and a.digest = f.digest)
              and not exists (select from subject_finders s
                               where s.log_id = $1 and s.digest = f.digest and s.key_id = f.key_id)) as is_doubtful
  from made m
