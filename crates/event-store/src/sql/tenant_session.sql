-- From here on the session is bound by row-level security, also where the login is the owner or a superuser.
select set_config('role', 'posars_tenant', false)
