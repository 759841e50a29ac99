-- $1 log; $2-$5 requests: key, fingerprint, events, last event; $6-$10 checks: request, stream, expected, events,
-- last event; $11-$14 claims: request, key, holder, whether it is kept; $15-$22 events: check, ordinal, stream, id, type,
-- schema version, data, metadata; $23 the leaves with their versions, $24 whether those versions are known; $25 whether
-- no loser is expected.
select first_position, recorded_at, base_version, loser_request, loser_verdict, loser_subject, loser_first, loser_last,
       undone
  from append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                    $23, $24, $25)
