-- $1 log, $2 names, $3 their positions. Not beyond the log, and never back: what is behind does some of the work again.
insert into checkpoints (name, log_id, position)
select w.name, $1, least(w.position, h.position)
  from unnest($2::text[], $3::bigint[]) as w(name, position), log_head h
 where h.log_id = $1
    on conflict (name, log_id) do update
   set position = greatest(checkpoints.position, excluded.position), updated_at = now()
