-- What is read from now on is of one moment.
begin transaction isolation level repeatable read read only
