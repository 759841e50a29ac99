-- $1 log, $2 where it came from. Nothing is left to do there.
update placements set is_settled = true where log = $1 and came_from is not distinct from $2::text and not is_settled
