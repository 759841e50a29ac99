-- $1 milliseconds, as text: how long this transaction waits for a lock.
select set_config('lock_timeout', $1, true)
