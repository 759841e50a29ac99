-- $1 log, $2 its address, null for this database, $3 where it was, $4 the number that was claimed for this.
update placements
   set address = $2, since = now(), came_from = $3, is_settled = false
 where log = $1 and address is not distinct from $3::text and attempt = $4
