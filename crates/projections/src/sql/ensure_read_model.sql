-- $1 log, $2 tables.
select ensure_read_model(t.name, $1) from unnest($2::text[]) t(name)
