-- $1 log; $2-$4 requests: key, fingerprint, events; $5-$8 checks: request, stream, expected, events;
-- $9-$11 claims: request, key, holder; $12-$20 events: check, ordinal, stream, id, type, schema version,
-- data, metadata, leaf.
select first_position, recorded_at, base_version, loser_request, loser_verdict, loser_subject, loser_first, loser_last
  from append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
