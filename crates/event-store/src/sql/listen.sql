-- The channel of notify.sql.
listen posars_log
