-- $1 log, $2 on: kind, id, name or null, retired, position, as arrays. What is only retired keeps its name, and has its id
-- for one if it never had any.
insert into names as n (log_id, kind, id, name, retired, position)
select $1, c.kind, c.id,
       coalesce(c.name, (select k.name from names k where k.id = c.id and k.kind = c.kind and k.log_id = $1), c.id),
       c.retired, c.position
  from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[]) c(kind, id, name, retired, position)
    on conflict (id, kind, log_id) do update
   set name = excluded.name, retired = excluded.retired, position = excluded.position
