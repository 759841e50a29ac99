-- $1 log, $2 and $3 after and up to which position, $4 the log's number on the other side. Idempotency keys, by an
-- index that is there while the log moves.
copy (select key, $4::integer, fingerprint, first_position, last_position
        from idempotency where log_id = $1 and last_position > $2 and last_position <= $3)
  to stdout (format binary)
