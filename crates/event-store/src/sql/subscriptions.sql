-- $1 log. Every subscription of a log: how far it is, and who holds its lease for how much longer. A lease that was
-- given back ended at minus infinity, from which nothing can be subtracted.
select name, position, coalesce(holder, '') as holder,
       case when lease_until > clock_timestamp()
            then (extract(epoch from lease_until - clock_timestamp()) * 1000)::bigint else 0 end as remaining_ms
  from checkpoints where log_id = $1 order by name
