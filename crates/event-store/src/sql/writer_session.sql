-- Index plans whatever the statistics say, planned once per connection; and limits on a stuck gate.
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
set plan_cache_mode = force_generic_plan;
set jit = off;
set default_transaction_isolation = 'read committed';
set lock_timeout = '5s';
set statement_timeout = '9s'
