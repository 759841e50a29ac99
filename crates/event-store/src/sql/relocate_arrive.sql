-- $1 log. From now on a copy comes to here. One that is open and has events is somebody's.
update log_head set closed = 'arriving', closed_until = 'infinity'
 where log_id = $1 and (closed in ('arriving', 'moved') or (closed is null and position = 0))
