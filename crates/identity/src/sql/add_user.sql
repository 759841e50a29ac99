-- $1 subject, $2 display name. No row when there is one of that subject.
insert into users (subject, display_name) values ($1, $2)
    on conflict (subject) do nothing
returning subject
