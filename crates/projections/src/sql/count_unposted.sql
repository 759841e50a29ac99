-- $1 subscription, $2 log, $3 last business date. How many events wait, and what the first of them waits for; not those
-- in a currency that the books are not kept in, which are never posted.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       (select count(*) from unposted
         where log_id = $2 and business_date <= $3 and reason <> 'CURRENCY_NOT_OF_BOOKS') as waiting,
       f.first, f.first_date
  from (values (1)) one
  left join lateral (select u.reason || ' ' || u.wait_key as first, u.business_date as first_date
                       from unposted u
                      where u.log_id = $2 and u.business_date <= $3 and u.reason <> 'CURRENCY_NOT_OF_BOOKS'
                      order by u.business_date, u.position
                      limit 1) f on true
