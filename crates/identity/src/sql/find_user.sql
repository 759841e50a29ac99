-- $1 subject. One row per grant, and one for a user without any.
select person.subject, person.display_name, person.created_at, held.company, held.role, held.store
  from users as person
  left join grants as held on held.subject = person.subject
 where person.subject = $1
