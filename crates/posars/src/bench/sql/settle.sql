-- What autovacuum would do in a while: hint bits set now, so that no side pays for it later.
vacuum (analyze) events
