-- $1 name, $2 log, $3 holder, $4 time to live in ms. A new epoch is drawn whenever the holder changes hands,
-- also to itself after a restart, so that what an earlier life still does is fenced out.
insert into checkpoints as c (name, log_id, epoch, holder, lease_until)
values ($1, $2, 1, $3, clock_timestamp() + $4::bigint * interval '1 millisecond')
    on conflict (name, log_id) do update
   set epoch = c.epoch + 1, holder = excluded.holder, lease_until = excluded.lease_until
 where c.lease_until < clock_timestamp()
returning epoch, position
