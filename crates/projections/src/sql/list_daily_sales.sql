-- $1 subscription, $2 log, $3 store or null, $4 and $5 day and store after which the page begins, $6 last day, $7 limit in
-- days of a store. All rows of a day and store come together. The bounds as in list_sales; a store's own days are picked
-- out of all stores' in the index. "offset 0" makes each day a look of its own: as a join, a table without statistics was
-- read whole for each of them.
with days as (
    select distinct business_date, store_id
      from daily_sales
     where log_id = $2
       and (business_date, store_id) > ($4::date, $5::text) and business_date <= $6
       and ($3::text is null or store_id = $3)
     order by business_date, store_id
     limit $7
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce((select n.name from names n where n.id = d.store_id and n.kind = 'store' and n.log_id = $2), d.store_id)
           as store_name,
       d.*
  from days
 cross join lateral (select * from daily_sales t
                      where t.log_id = $2 and t.business_date = days.business_date and t.store_id = days.store_id
                     offset 0) d
 order by d.business_date, d.store_id, d.currency, d.method
