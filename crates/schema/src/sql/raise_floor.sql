-- $1 integer: the oldest schema whose builds may run from now on. An older build that migrates nothing lowers nothing.
insert into schema_floor (version) values ($1)
    on conflict (only_one) do update set version = greatest(schema_floor.version, excluded.version)
