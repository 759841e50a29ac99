-- The keys of people. They stand beside the log, never in it: an event keeps what is personal sealed for ever, and
-- whoever destroys the key has erased it, in this database, in every copy of the log and in every backup of it.

create table company_keys (
    log_id     integer not null,
    -- The company's own key and what persons are found by, wrapped by the master key.
    wrapped    bytea not null,
    -- Which master key.
    master_key text collate "C" not null,
    created_at timestamptz not null default now(),
    constraint company_keys_pkey primary key (log_id)
);
comment on table company_keys is 'One key per company, which wraps the keys of its people.';

create table subject_keys (
    log_id       integer not null,
    key_id       uuid not null,
    subject_id   text collate "C" not null,
    class        text collate "C" not null,
    -- Wrapped by the company's key.
    wrapped      bytea not null,
    -- The latest business day of anything that it seals.
    last_used_on date not null,
    -- Until then nothing new is sealed with it: it is being erased because its time is over.
    closing_until timestamptz,
    created_at   timestamptz not null default now(),
    constraint subject_keys_pkey primary key (log_id, key_id),
    constraint subject_keys_of_subject unique (log_id, subject_id, class)
);
comment on table subject_keys is 'One key per person and retention class. A row that is gone cannot be made again.';

create table subject_finders (
    log_id integer not null,
    -- HMAC-SHA256 of a tax number under a key of the company.
    digest bytea not null,
    key_id uuid not null,
    class  text collate "C" not null,
    constraint subject_finders_pkey primary key (log_id, digest, key_id),
    constraint subject_finders_key foreign key (log_id, key_id) references subject_keys on delete cascade
);
comment on table subject_finders is 'By which tax numbers a person is found; gone with the key.';
create index subject_finders_of_key on subject_finders (log_id, key_id);
-- An employee's CPF is no other employee's.
create unique index subject_finders_of_employee on subject_finders (log_id, digest) where class = 'labour';

create table destroyed_keys (
    log_id       integer not null,
    key_id       uuid not null,
    subject_id   text collate "C" not null,
    class        text collate "C" not null,
    destroyed_at timestamptz not null default now(),
    constraint destroyed_keys_pkey primary key (log_id, key_id)
);
comment on table destroyed_keys is 'Which keys were destroyed: what a key sealed that is in neither table is lost, not erased.';

do $$
declare
    v_table text;
begin
    foreach v_table in array array['company_keys', 'subject_keys', 'subject_finders', 'destroyed_keys'] loop
        execute format('alter table %I enable row level security', v_table);
        execute format('create policy own_log on %I to posars_tenant '
                       'using (log_id = nullif(current_setting(''posars.log_id'', true), '''')::integer)',
                       v_table);
        execute format('grant select, insert, update, delete on %I to posars_tenant', v_table);
    end loop;
end
$$;
