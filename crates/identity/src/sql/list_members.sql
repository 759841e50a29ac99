-- $1 company, $2 the subject to go on behind, $3 how many users. One row per grant in that company.
select person.subject, person.display_name, person.created_at, held.company, held.role, held.store
  from (select subject, display_name, created_at from users
         where subject > $2
           and exists (select from grants where grants.subject = users.subject and grants.company = $1)
         order by subject limit $3) as person
  join grants as held on held.subject = person.subject and held.company = $1
 order by person.subject
