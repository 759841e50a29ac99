-- $1 log, $2 on: kind, id, name or null, retired, position, as arrays.
insert into names as n (log_id, kind, id, name, retired, position)
select $1, c.kind, c.id, coalesce(c.name, c.id), c.retired, c.position
  from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[]) c(kind, id, name, retired, position)
 where c.name is not null
    or not exists (select 1 from names k where k.id = c.id and k.kind = c.kind and k.log_id = $1)
    on conflict (id, kind, log_id) do update
   set name = excluded.name, retired = excluded.retired, position = excluded.position
