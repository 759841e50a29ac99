-- $1 subscription, $2 log, $3 first day, $4 last day, $5 store or null, $6 and $7 day and store of the last of the
-- page before or null, $8 limit in days of a store. All rows of a day and store come together.
with days as (
    select distinct business_date, store_id
      from daily_sales
     where log_id = $2
       and business_date between $3 and $4
       and ($5::text is null or store_id = $5)
       and ($6::date is null or (business_date, store_id) > ($6, $7::text))
     order by business_date, store_id
     limit $8
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       coalesce(n.name, d.store_id) as store_name,
       d.business_date, d.store_id, d.method, d.currency, d.sales, d.payments, d.quantity_e4,
       d.gross_minor, d.discount_minor, d.total_minor, d.returns, d.refund_minor, d.voids, d.void_minor
  from days
  join daily_sales d on d.log_id = $2 and d.business_date = days.business_date and d.store_id = days.store_id
  left join names n on n.log_id = $2 and n.kind = 'store' and n.id = d.store_id
 order by d.business_date, d.store_id, d.currency, d.method
