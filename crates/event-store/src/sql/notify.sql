-- $1 payload "log_id:position". One lock for the whole server is taken at commit, hence sent rarely.
select pg_notify('posars_log', $1)
