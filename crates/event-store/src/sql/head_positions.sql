-- The head of every log, for the poll that runs even while notifications work.
select log_id, position from log_head
