-- $1 projection, $2 log, $3 position of the build that is replaced. The two builds change places.
update read_model_builds
   set build = previous_build, version = previous_version, built_at = now(),
       previous_build = build, previous_version = version, previous_position = $3
 where projection = $1 and log_id = $2
