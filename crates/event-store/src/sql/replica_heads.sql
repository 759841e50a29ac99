-- The head of every log as a replica has it, with its hash.
select log_id, position, chain_hash from log_head
