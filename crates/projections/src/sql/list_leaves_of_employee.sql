-- $1 subscription, $2 log, $3 first and $4 last day, $5 employee, $6 stores or null, $7 kind or null, $8 cancelled ones too,
-- $9 and $10 first day and leave after which the page begins, $11 limit. An employee has few: all are looked at.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, l.*, t.store_id, t.job
  from leaves l
  left join lateral (select k.store_id, k.job from employee_terms k
                      where k.log_id = $2 and k.employee_id = l.employee_id and k.effective_date <= l.from_date
                        and not k.superseded
                      order by k.effective_date desc, k.position desc
                      limit 1) t on true
 where l.log_id = $2 and l.employee_id = $5 and l.to_date >= $3 and l.from_date <= $4
   and (l.from_date, l.leave_id) > ($9::date, $10::uuid)
   and ($6::text[] is null or t.store_id = any($6)) and ($7::text is null or l.kind = $7) and ($8 or not l.cancelled)
 order by l.from_date, l.leave_id
 limit $11
