-- $1 log, $2 where it lives, null for this database, $3 a new number. Waits for whoever writes the row. No row changed: it
-- lives elsewhere.
insert into placements (log, address, is_settled, attempt) values ($1, $2, true, $3)
    on conflict (log) do update set attempt = excluded.attempt
 where placements.address is not distinct from $2::text
