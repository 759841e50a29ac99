-- $1 log, $2 on: the columns of the places, as arrays in the order below.
insert into places (log_id, kind, id, register_no, name, cnpj, time_zone, day_cutover, currency, position)
select $1, c.*
  from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::time[], $9::text[],
              $10::bigint[]) c
    on conflict (kind, id, register_no, log_id) do update
   set name = excluded.name,
       cnpj = excluded.cnpj,
       time_zone = excluded.time_zone,
       day_cutover = excluded.day_cutover,
       currency = excluded.currency,
       position = excluded.position
