-- $1 log, $2 employee, $3 last day of an employment: what was to begin later never holds. Of one employee at a time: there are
-- few, and a join with several was planned to read the whole table.
update employee_salaries
   set superseded = true
 where log_id = $1 and employee_id = $2 and effective_date > $3
