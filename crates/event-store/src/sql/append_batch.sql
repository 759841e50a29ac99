-- $1 log; $2-$7 requests: key, fingerprint, events, last event, checks, claims; $8-$11 checks: stream, expected, events,
-- last event; $12-$14 claims: key, holder, whether it is kept; $15-$21 events: stream, version, id, type, schema version,
-- data, metadata; $22 the leaves with their versions, $23 whether those versions are known; $24 whether no loser is
-- expected.
select first_position, recorded_at, base_version, loser_request, loser_verdict, loser_subject, loser_first, loser_last,
       undone
  from append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                    $23, $24)
