-- Employees, their terms, wages and leaves; payrolls and what they cost; and which events hold something of a person.
-- What is personal stands here as the log has it: sealed, and of no use without the person's key.

create table employees (
    employee_id   text collate "C" not null,
    log_id        integer not null,
    position      bigint not null,
    last_position bigint not null,
    version       bigint not null,
    subject_id    text collate "C" not null,
    -- Each as JSON, with the event that it was sealed for: a ciphertext opens nowhere else.
    name          text,
    cpf           text,
    birth_date    text,
    pis           text,
    bank_account  text,
    address       text,
    phone         text,
    email         text,
    constraint employees_pkey primary key (employee_id, log_id)
) partition by list (log_id);
comment on table employees is 'Employees and what is known of them, sealed: one row per employee, also of those who left or were erased.';
create index employees_subject_idx on employees (subject_id, employee_id);
select open_read_model('employees');

create table employee_stints (
    employee_id    text collate "C" not null,
    -- Of the event that took the employee on.
    position       bigint not null,
    log_id         integer not null,
    admission_date date not null,
    -- The last day of work; 9999-12-31 while it lasts, so that days are compared and no nulls.
    ended_on       date not null,
    end_reason     text,
    constraint employee_stints_pkey primary key (employee_id, position, log_id)
) partition by list (log_id);
comment on table employee_stints is 'From each admission of an employee to its end.';
select open_read_model('employee_stints');

create table employee_terms (
    employee_id    text collate "C" not null,
    effective_date date not null,
    position       bigint not null,
    log_id         integer not null,
    recorded_at    timestamptz not null,
    kind           text collate "C" not null,
    store_id       text collate "C" not null,
    cost_center    text collate "C",
    -- What the employee works as; "position" is a place in the log.
    job            text not null,
    -- The job without accents and in small letters, by which people find it.
    searched       text collate "C" not null,
    contract       text collate "C" not null,
    -- Whether it never held: it was to begin after the last day of an employment that ended later.
    superseded     boolean not null,
    reason         text,
    constraint employee_terms_pkey primary key (employee_id, effective_date, position, log_id)
) partition by list (log_id);
comment on table employee_terms is 'As what, where and how an employee works from a day on; of two for one day the one told later holds.';
select open_read_model('employee_terms');

create table employee_salaries (
    employee_id    text collate "C" not null,
    effective_date date not null,
    position       bigint not null,
    log_id         integer not null,
    recorded_at    timestamptz not null,
    kind           text collate "C" not null,
    -- As the personal data of employees.
    salary         text not null,
    -- As of the terms.
    superseded     boolean not null,
    reason         text,
    constraint employee_salaries_pkey primary key (employee_id, effective_date, position, log_id)
) partition by list (log_id);
comment on table employee_salaries is 'What an employee earns from a day on, sealed; of two for one day the one told later holds.';
select open_read_model('employee_salaries');

create table leaves (
    employee_id   text collate "C" not null,
    leave_id      uuid not null,
    log_id        integer not null,
    position      bigint not null,
    last_position bigint not null,
    recorded_at   timestamptz not null,
    from_date     date not null,
    to_date       date not null,
    kind          text collate "C" not null,
    cancelled     boolean not null,
    cancel_reason text,
    constraint leaves_pkey primary key (employee_id, leave_id, log_id)
) partition by list (log_id);
comment on table leaves is 'While employees are away: one row per leave, those that were cancelled too.';
create index leaves_begin_idx on leaves (from_date, employee_id, leave_id);
create index leaves_end_idx on leaves (to_date);
select open_read_model('leaves');

create table payrolls (
    payroll_id    uuid not null,
    log_id        integer not null,
    position      bigint not null,
    last_position bigint not null,
    recorded_at   timestamptz not null,
    event_id      uuid not null,
    gross_minor   bigint not null,
    charges_minor bigint not null,
    net_minor     bigint not null,
    business_date date not null,
    wages_due     date not null,
    charges_due   date not null,
    employees     integer not null,
    month         text collate "C" not null,
    currency      text collate "C" not null,
    voided        boolean not null,
    memo          text,
    void_reason   text,
    -- As the event has them, by their place in it: the amounts of each employee are sealed, the sums are not.
    lines         jsonb not null,
    costs         jsonb not null,
    constraint payrolls_pkey primary key (payroll_id, log_id)
) partition by list (log_id);
comment on table payrolls is 'Payrolls as they were recorded, those that were voided too.';
create index payrolls_month_idx on payrolls (month, position);
select open_read_model('payrolls');

create table payroll_costs (
    month         text collate "C" not null,
    store_id      text collate "C" not null,
    log_id        integer not null,
    wages         bigint not null,
    gross_minor   bigint not null,
    charges_minor bigint not null,
    net_minor     bigint not null,
    -- Empty for the store's own account.
    cost_center   text collate "C" not null,
    job           text collate "C" not null,
    -- As of the terms.
    searched      text collate "C" not null,
    currency      text collate "C" not null,
    constraint payroll_costs_pkey primary key (month, store_id, cost_center, job, currency, log_id)
) partition by list (log_id);
comment on table payroll_costs is 'What the payrolls of a month cost per store, cost centre and job; they add up over all of them.';
select open_read_model('payroll_costs');

create table person_records (
    subject_id text collate "C" not null,
    position   bigint not null,
    -- Empty for an event that is of the person and seals nothing.
    class      text collate "C" not null,
    log_id     integer not null,
    event_id   uuid not null,
    used_on    date,
    fields     integer not null,
    stream     text collate "C" not null,
    event_type text collate "C" not null,
    constraint person_records_pkey primary key (subject_id, position, class, log_id)
) partition by list (log_id);
comment on table person_records is 'Which events hold something of a person, per retention class; not what they hold.';
select open_read_model('person_records');
