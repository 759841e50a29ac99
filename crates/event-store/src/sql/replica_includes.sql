-- $1 subscriptions, $2 a position of each, $3 log: whether this server has every one of them.
select not exists (select 1
                     from unnest($1::text[], $2::bigint[]) as floor(name, position)
                     left join checkpoints c on c.name = floor.name and c.log_id = $3
                    where coalesce(c.position, 0) < floor.position) as includes
