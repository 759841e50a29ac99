-- $1 subscription, $2 log, $3 first and $4 last day, $5 stores or null, $6 kind or null, $7 cancelled ones too, $8, $9 and
-- $10 first day, employee and leave after which the page begins, $11 limit.
-- A branch for those that last when the first day comes, by the index of their ends, which "offset 0" holds on to: few are
-- yet to end; and one for those that begin later. The store is the one on the leave's first day: a look of its own for each.
with page as (
    (select l.*, t.store_id, t.job
       from (select * from leaves
              where log_id = $2 and to_date >= $3 and $8::date < $3
              order by to_date
             offset 0) l
       left join lateral (select k.store_id, k.job from employee_terms k
                           where k.log_id = $2 and k.employee_id = l.employee_id and k.effective_date <= l.from_date
                             and not k.superseded
                           order by k.effective_date desc, k.position desc
                           limit 1) t on true
      where l.from_date < $3
        and (l.from_date, l.employee_id, l.leave_id) > ($8::date, $9::text, $10::uuid)
        and ($5::text[] is null or t.store_id = any($5)) and ($6::text is null or l.kind = $6)
        and ($7 or not l.cancelled)
      order by l.from_date, l.employee_id, l.leave_id
      limit $11)
    union all
    (select l.*, t.store_id, t.job
       from leaves l
       left join lateral (select k.store_id, k.job from employee_terms k
                           where k.log_id = $2 and k.employee_id = l.employee_id and k.effective_date <= l.from_date
                             and not k.superseded
                           order by k.effective_date desc, k.position desc
                           limit 1) t on true
      where l.log_id = $2 and l.from_date >= $3 and l.from_date <= $4
        and (l.from_date, l.employee_id, l.leave_id) > ($8::date, $9::text, $10::uuid)
        and ($5::text[] is null or t.store_id = any($5)) and ($6::text is null or l.kind = $6)
        and ($7 or not l.cancelled)
      order by l.from_date, l.employee_id, l.leave_id
      limit $11)
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied, p.*
  from page p
 order by p.from_date, p.employee_id, p.leave_id
 limit $11
