-- $1 projection, $2 log, $3 version of the code. The first run notes who fills the table; later ones learn it.
with made as (
    insert into read_model_builds (projection, log_id, build, version) values ($1, $2, 1, $3)
        on conflict (projection, log_id) do nothing
    returning version
)
select version from made
union all
select version from read_model_builds where projection = $1 and log_id = $2
 limit 1
