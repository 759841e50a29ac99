-- $1 name, $2 log.
select coalesce(holder, '') as holder,
       greatest(0, extract(epoch from lease_until - clock_timestamp()) * 1000)::bigint as remaining_ms
  from checkpoints where name = $1 and log_id = $2 and lease_until > '-infinity'
