-- From here on the session is bound by row-level security, also where the login is the owner or a superuser. The
-- schemas are written out first, because "$user" in a search path is the role. The columns are worked out in order.
select set_config('search_path',
                  (select string_agg(quote_ident(name), ', ') from unnest(current_schemas(false)) as path(name)), false),
       set_config('role', 'posars_tenant', false)
