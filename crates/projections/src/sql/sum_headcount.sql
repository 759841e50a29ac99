-- $1 subscription, $2 log, $3 first and $4 last day, $5 stores or null, $6 job as it is searched or null, $7, $8 and $9 month,
-- store and job after which the page begins, $10 limit.
-- An employment is cut where its terms change. Of each month: the employees of its last day, or of the last day asked for,
-- those of them who are on leave, and who came or left on those of its days that are asked for, where they worked then.
with pieces as (
    select s.employee_id, s.admission_date, s.ended_on, p.store_id, p.job, p.since, p.until
      from employee_stints s
     cross join lateral (select k.store_id, k.job, k.searched, greatest(k.effective_date, s.admission_date) as since,
                                least(coalesce(lead(k.effective_date) over (order by k.effective_date, k.position) - 1,
                                               s.ended_on), s.ended_on) as until
                           from employee_terms k
                          where k.log_id = $2 and k.employee_id = s.employee_id and not k.superseded
                         offset 0) p
     where s.log_id = $2 and p.since <= p.until and p.since <= $4 and p.until >= $3
       and ($5::text[] is null or p.store_id = any($5)) and ($6::text is null or p.searched = $6)
), figures as (
    select m.day as month, p.store_id, p.job,
           count(distinct p.employee_id) filter (where p.since <= m.last_day and m.last_day <= p.until) as employees,
           count(distinct p.employee_id) filter (
               where p.since <= m.last_day and m.last_day <= p.until
                 and (select count(*) from leaves l
                       where l.log_id = $2 and l.employee_id = p.employee_id and not l.cancelled
                         and l.from_date <= m.last_day and l.to_date >= m.last_day) > 0) as on_leave,
           count(*) filter (where p.since = p.admission_date and p.since between m.first_day and m.last_day) as hired,
           count(*) filter (where p.until = p.ended_on and p.until between m.first_day and m.last_day
                              and p.until < '9999-12-31') as terminated
      from pieces p
     cross join lateral (select g.day::date as day, greatest(g.day::date, $3) as first_day,
                                least((g.day + interval '1 month')::date - 1, $4) as last_day
                           from generate_series(date_trunc('month', greatest(p.since, $3)::timestamp),
                                                least(p.until, $4)::timestamp, interval '1 month') g(day)) m
     where (to_char(m.day, 'YYYY-MM'), p.store_id, p.job) > ($7::text, $8::text, $9::text)
     group by m.day, p.store_id, p.job
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       to_char(f.month, 'YYYY-MM') as month, least((f.month + interval '1 month')::date - 1, $4) as last_day,
       f.store_id, f.job, f.employees, f.on_leave, f.hired, f.terminated,
       coalesce((select n.name from names n where n.id = f.store_id and n.kind = 'store' and n.log_id = $2), f.store_id)
           as store_name
  from figures f
 where f.employees + f.hired + f.terminated > 0
 order by f.month, f.store_id, f.job
 limit $10
