-- $1 log. What there is of the keys of people, in 256 parts by the last byte of the key's id: equal sums, equal rows. Times as
-- numbers, because a session's settings say how they are written.
select part, count(*) as rows, sum(hash::numeric)::text as hashes
  from (select get_byte(uuid_send(key_id), 15) as part,
               hashtextextended(concat_ws('|', key_id, subject_id, class, encode(wrapped, 'hex'),
                                          last_used_on - date '2000-01-01', extract(epoch from closing_until),
                                          extract(epoch from created_at)), 1) as hash
          from subject_keys where log_id = $1
        union all
        select get_byte(uuid_send(key_id), 15),
               hashtextextended(concat_ws('|', encode(digest, 'hex'), key_id, class), 2)
          from subject_finders where log_id = $1
        union all
        select get_byte(uuid_send(key_id), 15),
               hashtextextended(concat_ws('|', key_id, subject_id, class, extract(epoch from destroyed_at)), 3)
          from destroyed_keys where log_id = $1) as all_rows
 group by part
