-- $1 log. The rows and the sum of their hashes: equal for equal rows in any order.
select count(*) as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as checksum
  from places t
 where log_id = $1
