-- $1 log, $2 employee, $3 first day or null, $4 last day of work or null, $5 why it ended or null: what is null stays. Of the
-- last admission, of one employee: there are few, and a join with several was planned to read the whole table.
update employee_stints
   set admission_date = coalesce($3, admission_date), ended_on = coalesce($4, ended_on),
       end_reason = coalesce($5, end_reason)
 where log_id = $1 and employee_id = $2
   and position = (select s.position from employee_stints s
                    where s.log_id = $1 and s.employee_id = $2
                    order by s.position desc
                    limit 1)
