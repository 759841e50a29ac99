-- $1 subscription, $2 log, $3 store or null, $4 and $5 business date and position after which the page begins, $6 last
-- day, $7 only sales up to this position, $8 limit.
-- Every bound is a plain comparison with columns of an index, so that also a plan that is kept for any parameters begins
-- at the page's first row and ends at its last one. A branch for each of the two indexes; one of them finds nothing.
with page as (
    (select * from sales
      where log_id = $2 and $3::text is null
        and (business_date, position) > ($4::date, $5::bigint) and business_date <= $6 and position <= $7
      order by business_date, position
      limit $8)
    union all
    (select * from sales
      where log_id = $2 and store_id = $3
        and (business_date, position) > ($4::date, $5::bigint) and business_date <= $6 and position <= $7
      order by business_date, position
      limit $8)
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied, s.*
  from page s
 order by s.business_date, s.position
