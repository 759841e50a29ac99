-- $1 subscription, $2 log, $3 month, or an empty text for none. Every month that anything was done to, a dozen a year, and
-- the beginning; the trial balance, which may have megabytes, of that month only.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       p.month, p.state, p.closed_at, p.up_to_position, p.currency, p.sha256,
       case when p.month = $3 then p.trial_balance end as trial_balance,
       p.locked_at, p.reopened, p.reason, p.begins_on
  from periods p
 where p.log_id = $2
 order by p.month
