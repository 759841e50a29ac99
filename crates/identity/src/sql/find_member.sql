-- $1 company, $2 subject. One row per grant in that company.
select person.subject, person.display_name, person.created_at, held.company, held.role, held.store
  from users as person
  join grants as held on held.subject = person.subject and held.company = $1
 where person.subject = $2
