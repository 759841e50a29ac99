-- One row: the oldest schema whose builds may run on this database. A build reads it before it is migrated itself, so no
-- migration makes the table.
create table if not exists schema_floor (
    only_one boolean not null default true,
    version  integer not null,
    constraint schema_floor_pkey primary key (only_one),
    constraint schema_floor_one check (only_one)
)
