-- $1 subscription, $2 log, $3 accounts, $4 first and $5 last accounting date, $6 store or null. What came to the accounts
-- and went from them by day. Each entry counts with what is left of it over all the accounts: money that is carried from
-- the till to the bank neither comes nor goes.
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       e.day, sum(greatest(e.net, 0))::bigint as came_minor, sum(greatest(-e.net, 0))::bigint as went_minor
  from (select l.accounting_date as day, sum(l.debit_minor - l.credit_minor) as net
          from ledger_lines l
         where l.log_id = $2 and l.account = any($3::text[]) and l.accounting_date >= $4 and l.accounting_date <= $5
           and ($6::text is null or l.store_id = $6)
         group by l.accounting_date, l.position) e
 group by e.day
 order by e.day
