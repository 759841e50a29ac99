-- $1 the name, written in: DDL takes no binds.
create database $1
