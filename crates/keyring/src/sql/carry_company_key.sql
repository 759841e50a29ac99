-- $1 log, $2 the company's own key, wrapped by the master key $3 at the time of $4: as it is where the company comes from.
insert into company_keys (log_id, wrapped, master_key, created_at) values ($1, $2, $3, $4)
    on conflict (log_id) do update
   set wrapped = excluded.wrapped, master_key = excluded.master_key, created_at = excluded.created_at
