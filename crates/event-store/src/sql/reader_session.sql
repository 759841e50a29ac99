-- Walk the indexes, in their order, whatever the statistics say: a plan made while a table was empty is kept, and on a
-- table without statistics the planner prefers to read and sort all of it. Our statements are too short to compile.
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
set enable_hashagg = off;
set enable_sort = off;
set jit = off