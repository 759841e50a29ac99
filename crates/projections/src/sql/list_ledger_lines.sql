-- $1 subscription, $2 log, $3 account, $4, $5 and $6 accounting date, position and line after which the page begins, $7 last
-- accounting date, $8 only lines up to this position, $9 store or null, $10 cost centre or null, $11 party or null, $12
-- limit. Bounds and branches as in list_sales; the entry is a look of its own for each line.
with page as (
    (select * from ledger_lines
      where log_id = $2 and $11::text is null and account = $3
        and (accounting_date, position, line) > ($4::date, $5::bigint, $6::integer)
        and accounting_date <= $7 and position <= $8
        and ($9::text is null or store_id = $9) and ($10::text is null or cost_center = $10)
      order by accounting_date, position, line
      limit $12)
    union all
    (select * from ledger_lines
      where log_id = $2 and party = $11 and account = $3
        and (accounting_date, position, line) > ($4::date, $5::bigint, $6::integer)
        and accounting_date <= $7 and position <= $8
        and ($9::text is null or store_id = $9) and ($10::text is null or cost_center = $10)
      order by accounting_date, position, line
      limit $12)
)
select (select position from checkpoints where name = $1 and log_id = $2) as applied,
       p.accounting_date, p.position, p.line,
       e.entry_id, e.number, e.business_date, e.late_for, e.memo, e.source_type, e.source_position, e.source_event_id,
       e.lines
  from page p
 cross join lateral (select * from journal_entries j
                      where j.log_id = $2 and j.accounting_date = p.accounting_date and j.position = p.position
                     offset 0) e
 order by p.accounting_date, p.position, p.line
