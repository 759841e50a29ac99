-- The name that this session was given, as far as it is this session.
select coalesce(current_setting('posars.session', true), '')
