-- $1 log, $2 key, $3 fingerprint, $4 stream, $5 expected version, $6 event id, $7 type, $8 schema version, $9 data,
-- $10 metadata, $11 leaf with its version. The columns of append_batch; first_position is null when it wrote nothing.
select first_position, recorded_at, base_version, loser_request, loser_verdict, loser_subject, loser_first, loser_last,
       false as undone
  from append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
