-- $1 name, $2 genesis hash. Opening twice is opening once.
with made as (
    insert into log_head (name, chain_hash) values ($1, $2)
        on conflict (name) do nothing
    returning log_id, position
)
select log_id, position from made
union all
select log_id, position from log_head where name = $1
 limit 1
