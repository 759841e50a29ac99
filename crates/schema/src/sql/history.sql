-- No binds. What refinery applied, lowest version first.
select version, name from refinery_schema_history order by version
