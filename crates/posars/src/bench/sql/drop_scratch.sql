-- $1 the name, written in: DDL takes no binds.
drop database if exists $1 with (force)
