-- $1 logs, $2 the head of each on a replica, $3 the hash of each: the head of every log here, and whether the replica's
-- one is an earlier moment of the same history.
select h.log_id, h.position,
       coalesce(r.position = 0
                or r.chain_hash = (select c.hash from commits c
                                    where c.log_id = r.log_id and c.first_position <= r.position
                                    order by c.first_position desc limit 1), true) as is_ours
  from log_head h
  left join unnest($1::int[], $2::bigint[], $3::bytea[]) as r(log_id, position, chain_hash) on r.log_id = h.log_id
