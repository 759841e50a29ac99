-- $1 subscription, $2 log. The whole chart.
select (select position from checkpoints where name = $1 and log_id = $2) as applied, a.*
  from accounts a
 where a.log_id = $2
 order by a.code
