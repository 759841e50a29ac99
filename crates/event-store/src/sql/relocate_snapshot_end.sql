-- The end of relocate_snapshot.sql.
rollback
