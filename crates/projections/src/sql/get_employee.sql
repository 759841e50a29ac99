-- $1 subscription, $2 log, $3 day, $4 employee, $5 today. As list_employees has one.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       e.*, s.admission_date, s.ended_on, s.end_reason, s.state,
       t.effective_date, t.store_id, t.cost_center, t.job, t.contract, w.salary, h.store_id as store_today
  from employees e
 cross join lateral (select k.admission_date, k.ended_on, k.end_reason,
                            greatest(k.admission_date, least($3::date, k.ended_on)) as day,
                            case when $3 < k.admission_date then 'upcoming' when $3 <= k.ended_on then 'active'
                                 else 'terminated' end as state
                       from employee_stints k
                      where k.log_id = $2 and k.employee_id = e.employee_id
                      order by k.admission_date > $3, abs(k.admission_date - $3), k.position desc
                      limit 1) s
 cross join lateral (select * from employee_terms k
                      where k.log_id = $2 and k.employee_id = e.employee_id and k.effective_date <= s.day
                        and not k.superseded
                      order by k.effective_date desc, k.position desc
                      limit 1) t
 cross join lateral (select k.salary from employee_salaries k
                      where k.log_id = $2 and k.employee_id = e.employee_id and k.effective_date <= s.day
                        and not k.superseded
                      order by k.effective_date desc, k.position desc
                      limit 1) w
 cross join lateral (select greatest(k.admission_date, least($5::date, k.ended_on)) as day
                       from employee_stints k
                      where k.log_id = $2 and k.employee_id = e.employee_id
                      order by k.admission_date > $5, abs(k.admission_date - $5), k.position desc
                      limit 1) n
 cross join lateral (select k.store_id from employee_terms k
                      where k.log_id = $2 and k.employee_id = e.employee_id and k.effective_date <= n.day
                        and not k.superseded
                      order by k.effective_date desc, k.position desc
                      limit 1) h
 where e.log_id = $2 and e.employee_id = $4
