-- $1 how many users. One row per grant, and one for a user without any.
select person.subject, person.display_name, person.created_at, held.company, held.role, held.store
  from (select subject, display_name, created_at from users order by subject limit $1) as person
  left join grants as held on held.subject = person.subject
 order by person.subject
