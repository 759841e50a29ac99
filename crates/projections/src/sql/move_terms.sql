-- $1 log, $2 employee, $3 the day that was told, $4 the day that is right: what holds from the first day of an employment on
-- goes with it. Of one employee at a time: there are few, and a join with several was planned to read the whole table.
update employee_terms
   set effective_date = $4
 where log_id = $1 and employee_id = $2 and effective_date = $3 and not superseded
