-- $1 log. Every subscription of a log: how far it is, and who holds its lease for how much longer.
select name, position, coalesce(holder, '') as holder,
       greatest(0, extract(epoch from lease_until - clock_timestamp()) * 1000)::bigint as remaining_ms
  from checkpoints where log_id = $1 order by name
