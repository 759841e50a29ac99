-- Where claims wait until it is known which are new. It stays with the session and is empty after each transaction.
create temporary table if not exists arriving_claims (key text collate "C", log_id integer, holder text collate "C") on commit delete rows
