-- Where logs were moved to.
select log, address, since, came_from, is_settled from placements order by log
