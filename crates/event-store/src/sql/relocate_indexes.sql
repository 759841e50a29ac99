-- $1 log. Indexes by which what was added since is found; they are there while the log moves. One that was not finished is
-- of no use. Statements of their own, because none of them may stand in a transaction.
select format('%I', c.relname) as name, i.indisvalid as is_valid
  from pg_index i join pg_class c on c.oid = i.indexrelid
 where i.indrelid in ('idempotency'::regclass, 'claims'::regclass)
   and c.relname in (format('idempotency_leaving_%s', $1::integer), format('claims_leaving_%s', $1::integer))
