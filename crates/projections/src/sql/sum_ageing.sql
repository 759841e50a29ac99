-- $1 subscription, $2 log, $3 side, $4 day, $5 store or null, $6 party or null, $7 kind or null, $8 subscription of the
-- moves. By kind and party, what was open at the end of the day: today's figures less what came after it. That is told by
-- the moves up to the place that the instalments are at, so the caller looks whether those are as far.
-- What is open today and what came after the day are put one below the other and added up. A join of the two was planned as
-- a walk through one for each row of the other, because nothing tells how much came after a day; so each of what came
-- after is a look of its own ("offset 0") at its instalment. Without anything open one row has the two places alone.
with places as (
    select (select position from checkpoints where name = $1 and log_id = $2) as applied,
           (select position from checkpoints where name = $8 and log_id = $2) as moves_position
), later as (
    select m.item_id, m.number,
           sum(m.open_minor)::bigint as open_minor,
           sum(case when m.kind = 'increased' then m.open_minor else 0 end)::bigint as amount_minor,
           sum(case when m.kind in ('settled', 'settlement_reversed') then -m.open_minor else 0 end)::bigint as settled_minor,
           sum(case when m.kind = 'credited' then -m.open_minor else 0 end)::bigint as credited_minor,
           sum(case when m.kind in ('written_off', 'cancelled') then -m.open_minor else 0 end)::bigint as written_off_minor
      from item_moves m
     where m.log_id = $2 and m.side = $3 and m.business_date > $4 and m.position <= (select applied from places)
     group by m.item_id, m.number
), today as (
    -- counts: whether the figures of today are to be taken, which the first branch has for what is open today.
    select i.*, 1 as counts, 0::bigint as later_amount, 0::bigint as later_settled, 0::bigint as later_credited,
           0::bigint as later_written_off, 0::bigint as later_open
      from installments i
     where i.log_id = $2 and i.side = $3 and i.open_minor <> 0
    union all
    select i.*, case when i.open_minor = 0 then 1 else 0 end, l.amount_minor, l.settled_minor, l.credited_minor,
           l.written_off_minor, l.open_minor
      from later l
     cross join lateral (select * from installments k
                          where k.item_id = l.item_id and k.side = $3 and k.number = l.number and k.log_id = $2
                         offset 0) i
), on_the_day as (
    select t.kind, t.party, t.due_date,
           case when t.party_name is null
                then (select o.party_name from open_items o
                       where o.item_id = t.item_id and o.side = $3 and o.log_id = $2)
                else nullif(t.party_name, '')
           end as party_name,
           sum(t.counts * t.amount_minor - t.later_amount) as amount_minor,
           sum(t.counts * t.settled_minor - t.later_settled) as settled_minor,
           sum(t.counts * t.credited_minor - t.later_credited) as credited_minor,
           sum(t.counts * (t.written_off_minor + t.cancelled_minor) - t.later_written_off) as written_off_minor,
           sum(t.counts * t.open_minor - t.later_open) as open_minor
      from today t
     where t.since <= $4
       and ($5::text is null or t.store_id = $5) and ($6::text is null or t.party = $6) and ($7::text is null or t.kind = $7)
     group by t.item_id, t.number, t.kind, t.party, t.party_name, t.due_date
)
select p.applied, p.moves_position, d.kind, d.party, d.party_name,
       sum(d.amount_minor)::bigint as amount_minor,
       sum(d.settled_minor)::bigint as settled_minor,
       sum(d.credited_minor)::bigint as credited_minor,
       sum(d.written_off_minor)::bigint as written_off_minor,
       sum(d.open_minor)::bigint as open_minor,
       sum(case when $4 - d.due_date <= 0 then d.open_minor else 0 end)::bigint as not_due_minor,
       sum(case when $4 - d.due_date between 1 and 30 then d.open_minor else 0 end)::bigint as due_30_minor,
       sum(case when $4 - d.due_date between 31 and 60 then d.open_minor else 0 end)::bigint as due_60_minor,
       sum(case when $4 - d.due_date between 61 and 90 then d.open_minor else 0 end)::bigint as due_90_minor,
       sum(case when $4 - d.due_date > 90 then d.open_minor else 0 end)::bigint as due_over_90_minor
  from places p left join on_the_day d on d.open_minor <> 0
 group by p.applied, p.moves_position, d.kind, d.party, d.party_name
 order by d.kind, coalesce(d.party, ''), coalesce(d.party_name, '')
