-- $1 subject, $2 company, $3 role, $4 store or null.
with gone as (
    delete from grants
     where subject = $1 and company = $2 and role = $3 and store is not distinct from $4
    returning subject
)
select exists (select from users where subject = $1), exists (select from gone)
