-- $1 projection, $2 log.
select previous_position, previous_version from read_model_builds
 where projection = $1 and log_id = $2 and previous_build is not null
