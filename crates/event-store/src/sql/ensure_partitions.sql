-- $1 a position that must be covered; answers the last position covered and the size of a partition.
select ensure_event_partitions($1) as covered_to, event_partition_rows() as partition_rows
