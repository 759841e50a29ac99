-- The people that the local issuer signs tokens for, and what they may do. Not in the log: who may do what is a
-- setting of this installation, not a fact of the business; and a name that has to go can go.

create table users (
    subject      text collate "C" not null,
    display_name text not null,
    created_at   timestamptz not null default now(),
    constraint users_pkey primary key (subject),
    constraint users_subject_length check (char_length(subject) between 1 and 64),
    constraint users_display_name_length check (char_length(display_name) between 1 and 120)
);
comment on table users is 'Who may ask the local issuer for tokens.';

create table grants (
    subject    text collate "C" not null,
    company    text collate "C" not null,
    role       text collate "C" not null,
    store      text collate "C",
    granted_at timestamptz not null default now(),
    -- No store means every store, and that too can be granted once only.
    constraint grants_once unique nulls not distinct (subject, company, role, store),
    constraint grants_subject_fkey foreign key (subject) references users (subject) on delete cascade,
    constraint grants_role_known check (
        role in ('owner', 'manager', 'cashier', 'stock', 'finance', 'hr', 'auditor', 'operator')
    )
);
comment on table grants is 'A role in a company, or in one store of it.';
