-- $1 projection, $2 log, $3 version of the code, $4 position of the build it replaces. Answers the new build.
insert into read_model_builds as b (projection, log_id, build, version)
values ($1, $2, 1, $3)
    on conflict (projection, log_id) do update
   set build = greatest(b.build, coalesce(b.previous_build, 0)) + 1,
       version = excluded.version,
       built_at = now(),
       previous_build = b.build,
       previous_version = b.version,
       previous_position = $4::bigint
returning build
