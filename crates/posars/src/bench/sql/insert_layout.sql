-- The raw limit: the same columns, the same indexes, the same partitioning as the log, and nothing else.
create table bench_events (like events including all) partition by range (position);
create table bench_events_000000 partition of bench_events for values from (1) to (maxvalue);
