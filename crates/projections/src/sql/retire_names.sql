-- $1 log, $2 on: as write_names; what is only retired keeps its name.
update names n
   set retired = c.retired, position = c.position
  from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[]) c(kind, id, name, retired, position)
 where n.id = c.id and n.kind = c.kind and n.log_id = $1 and c.name is null
