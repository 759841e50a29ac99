-- $1 subscription, $2 log, $3 sale. One snapshot for the row and the checkpoint it is read at.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, s.*
  from sales s
 where s.sale_id = $3 and s.log_id = $2
