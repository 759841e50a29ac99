-- No binds. The oldest schema whose builds may run on this database.
select version from schema_floor
