-- $1 log, $2 its head. Until somebody opens it, unless it opened by itself meanwhile.
update log_head set closed_until = 'infinity'
 where log_id = $1 and closed = 'leaving' and closed_until > clock_timestamp() and position = $2
