-- Takes back the company key of the log $1 that this process made as $2 and cannot open; nothing is wrapped by it.
delete from company_keys c
 where c.log_id = $1 and c.wrapped = $2
   and not exists (select from subject_keys k where k.log_id = $1)
