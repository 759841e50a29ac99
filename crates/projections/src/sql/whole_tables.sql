-- From here to the end of the transaction a statement that reads a whole table may do so in the table's own order; else
-- every statement of these sessions looks up keys.
select set_config('enable_seqscan', 'on', true)
