-- $1 subject. Its grants go with it. No row when there is none of that subject.
delete from users where subject = $1 returning subject
