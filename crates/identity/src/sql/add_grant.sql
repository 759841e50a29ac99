-- $1 subject, $2 company, $3 role, $4 store or null, $5 most grants of a user.
-- The bound keeps a token short; two grants at the same moment may pass it by one, which the issuer still checks.
with person as (
    select subject from users where subject = $1
), held as (
    select company, role, store from grants where subject = $1
), made as (
    insert into grants (subject, company, role, store)
    select subject, $2, $3, $4 from person where (select count(*) from held) < $5
        on conflict on constraint grants_once do nothing
    returning subject
)
select exists (select from person),
       exists (select from held where company = $2 and role = $3 and store is not distinct from $4),
       exists (select from made)
