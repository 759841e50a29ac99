-- A minute ago by the database's clock: what is being written in this moment is not seen yet.
select now() - interval '1 minute' as copied_at
