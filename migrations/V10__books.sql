-- The books as people read them: the chart, the journal, what is owed, statements, periods; and what must agree.
-- An import posts an entry for nearly every event, so the tables of entries, lines and items have few indexes.

create table accounts (
    code         text collate "C" not null,
    log_id       integer not null,
    position     bigint not null,
    name         text,
    account_type text collate "C",
    nature       text collate "C",
    parent       text collate "C",
    postable     boolean,
    liquid       boolean,
    retired      boolean not null,
    constraint accounts_pkey primary key (code, log_id)
) partition by list (log_id);
comment on table accounts is 'The chart of accounts as it stands.';
select open_read_model('accounts');

create table book_settings (
    kind     text collate "C" not null,
    -- What makes one of a kind: of a rule its event, part, qualifier and first day.
    id       text collate "C" not null,
    log_id   integer not null,
    position bigint not null,
    retired  boolean not null,
    -- As the event has it.
    content  text,
    constraint book_settings_pkey primary key (kind, id, log_id)
) partition by list (log_id);
comment on table book_settings is 'Cost centres, accounts of roles, posting rules and terms of payment.';
select open_read_model('book_settings');

create table journal_entries (
    entry_id        uuid not null,
    log_id          integer not null,
    position        bigint not null,
    -- Rank in the log among the entries whose accounting date is in the year, from 1.
    number          bigint not null,
    recorded_at     timestamptz not null,
    total_minor     bigint not null,
    source_position bigint,
    source_event_id uuid,
    reverses        uuid,
    reversed_by     uuid,
    accounting_date date not null,
    business_date   date not null,
    year            smallint not null,
    currency        text collate "C" not null,
    late_for        text collate "C",
    -- Null for what somebody posted by hand.
    source_type     text collate "C",
    -- The stores of its lines, each between commas.
    stores          text collate "C" not null,
    memo            text not null,
    -- As the event has them.
    lines           text not null,
    constraint journal_entries_pkey primary key (entry_id, log_id)
) partition by list (log_id);
comment on table journal_entries is 'The journal: one row per entry, reversals too.';
create index journal_entries_day_idx on journal_entries (accounting_date, position);
create index journal_entries_number_idx on journal_entries (year, number);
create index journal_entries_hand_idx on journal_entries (accounting_date, position) where source_type is null;
create index journal_entries_late_idx on journal_entries (late_for, accounting_date, position)
 where late_for is not null;
select open_read_model('journal_entries');

create table ledger_lines (
    account         text collate "C" not null,
    accounting_date date not null,
    line            integer not null,
    position        bigint not null,
    log_id          integer not null,
    debit_minor     bigint not null,
    credit_minor    bigint not null,
    store_id        text collate "C",
    cost_center     text collate "C",
    party           text collate "C",
    constraint ledger_lines_pkey primary key (account, accounting_date, position, line, log_id)
) partition by list (log_id);
comment on table ledger_lines is 'The ledger: one row per line of an entry, by account, day and place in the log.';
create index ledger_lines_party_idx on ledger_lines (party, account, accounting_date, position, line)
 where party is not null;
select open_read_model('ledger_lines');

create table account_days (
    account         text collate "C" not null,
    accounting_date date not null,
    log_id          integer not null,
    debit_minor     bigint not null,
    credit_minor    bigint not null,
    -- Empty for what is of no store.
    store_id        text collate "C" not null,
    -- Empty for what is of no cost centre.
    cost_center     text collate "C" not null,
    currency        text collate "C" not null,
    constraint account_days_pkey primary key (account, accounting_date, store_id, cost_center, currency, log_id)
) partition by list (log_id);
comment on table account_days is 'Debits and credits per account, accounting date, store and cost centre; they add up over all four.';
create index account_days_day_idx on account_days (accounting_date);
select open_read_model('account_days');

create table book_ties (
    -- "inventory", or the code of an account that holds items owed.
    kind          text collate "C" not null,
    month         text collate "C" not null,
    log_id        integer not null,
    ledger_minor  bigint not null,
    account_minor bigint not null,
    -- Empty for what is of no store.
    store_id      text collate "C" not null,
    currency      text collate "C" not null,
    constraint book_ties_pkey primary key (kind, month, store_id, currency, log_id)
) partition by list (log_id);
comment on table book_ties is 'What stocks and items owed changed in a month, and what their accounts did: the same, once all is posted.';
select open_read_model('book_ties');

create table open_items (
    item_id           uuid not null,
    log_id            integer not null,
    position          bigint not null,
    last_position     bigint not null,
    version           bigint not null,
    amount_minor      bigint not null,
    open_minor        bigint not null,
    settled_minor     bigint not null,
    fee_minor         bigint not null,
    discount_minor    bigint not null,
    interest_minor    bigint not null,
    credited_minor    bigint not null,
    cancelled_minor   bigint not null,
    written_off_minor bigint not null,
    business_date     date not null,
    side              text collate "C" not null,
    kind              text collate "C" not null,
    account           text collate "C" not null,
    currency          text collate "C" not null,
    store_id          text collate "C",
    party             text collate "C",
    party_name        text,
    document          text,
    memo              text,
    -- Both as the event has them.
    origin            text not null,
    keys              text,
    constraint open_items_pkey primary key (item_id, side, log_id)
) partition by list (log_id);
comment on table open_items is 'What is owed to the company and by it, and what became of it: one row per item.';
create index open_items_day_idx on open_items (side, business_date, position);
create index open_items_party_idx on open_items (side, party, business_date, position) where party is not null;
create index open_items_open_idx on open_items (side, business_date, position) where open_minor <> 0;
select open_read_model('open_items');

create table item_lookups (
    item_id uuid not null,
    log_id  integer not null,
    -- A key of a statement's lines in its plain form, as nsu:123.
    lookup  text collate "C" not null,
    constraint item_lookups_pkey primary key (lookup, item_id, log_id)
) partition by list (log_id);
comment on table item_lookups is 'What statements know receivables by: one row per key.';
select open_read_model('item_lookups');

create table installments (
    item_id            uuid not null,
    log_id             integer not null,
    amount_minor       bigint not null,
    open_minor         bigint not null,
    expected_fee_minor bigint not null,
    settled_minor      bigint not null,
    credited_minor     bigint not null,
    cancelled_minor    bigint not null,
    written_off_minor  bigint not null,
    -- What a later schedule has instead.
    ended_minor        bigint not null,
    -- Of the item, or of the schedule that it came with.
    position           bigint not null,
    since              date not null,
    due_date           date not null,
    number             integer not null,
    side               text collate "C" not null,
    kind               text collate "C" not null,
    account            text collate "C" not null,
    currency           text collate "C" not null,
    store_id           text collate "C",
    party              text collate "C",
    -- Empty when nobody told it; null where only the item knows, as of a later schedule.
    party_name         text,
    constraint installments_pkey primary key (item_id, side, number, log_id)
) partition by list (log_id);
comment on table installments is 'What is owed by the day it falls due: one row per instalment.';
create index installments_open_idx on installments (side, due_date, item_id, number) where open_minor <> 0;
select open_read_model('installments');

create table item_moves (
    item_id         uuid not null,
    position        bigint not null,
    log_id          integer not null,
    recorded_at     timestamptz not null,
    -- By how much more is open; below zero by how much less.
    open_minor      bigint not null,
    fee_minor       bigint not null,
    discount_minor  bigint not null,
    interest_minor  bigint not null,
    settlement_id   uuid,
    statement_line  uuid,
    business_date   date not null,
    number          integer not null,
    side            text collate "C" not null,
    kind            text collate "C" not null,
    money_account   text collate "C",
    bank_reference  text,
    reason          text,
    constraint item_moves_pkey primary key (item_id, side, position, number, log_id)
) partition by list (log_id);
comment on table item_moves is 'What happened to instalments after they were registered, each with its day.';
create index item_moves_day_idx on item_moves (side, business_date);
select open_read_model('item_moves');

create table statement_lines (
    line_id       uuid not null,
    log_id        integer not null,
    position      bigint not null,
    last_position bigint not null,
    recorded_at   timestamptz,
    gross_minor   bigint,
    fee_minor     bigint,
    net_minor     bigint,
    amount_minor  bigint,
    -- Null where the terms had let expect the fee that was kept.
    expected_fee_minor bigint,
    item_id       uuid,
    settlement_id uuid,
    date          date,
    installment   integer,
    paid_installment integer,
    kind          text collate "C",
    source        text collate "C",
    currency      text collate "C",
    state         text collate "C" not null,
    -- Why it pays nothing, or was written off.
    reason        text,
    reference     text,
    money_account text collate "C",
    counter       text collate "C",
    -- As the event has them.
    keys          text,
    by_hand       boolean,
    constraint statement_lines_pkey primary key (line_id, log_id)
) partition by list (log_id);
comment on table statement_lines is 'Lines of statements of acquirers, banks and PIX, and what each paid.';
create index statement_lines_day_idx on statement_lines (date, position);
create index statement_lines_state_idx on statement_lines (state, date, position);
create index statement_lines_fee_idx on statement_lines (date, position) where expected_fee_minor is not null;
select open_read_model('statement_lines');

create table periods (
    -- Empty for the beginning of the books.
    month          text collate "C" not null,
    log_id         integer not null,
    position       bigint not null,
    begun_position bigint,
    up_to_position bigint,
    closed_at      timestamptz,
    locked_at      timestamptz,
    reopened       integer not null,
    begins_on      date,
    state          text collate "C" not null,
    currency       text collate "C",
    sha256         text collate "C",
    reason         text,
    -- As the event has it: what the hash is of.
    trial_balance  text,
    constraint periods_pkey primary key (month, log_id)
) partition by list (log_id);
comment on table periods is 'Months that were closed, or about to be, with their seals; and when the books began.';
select open_read_model('periods');

create table unposted (
    -- What they wait for.
    wait_key        text collate "C" not null,
    -- Of the event that says so.
    position        bigint not null,
    log_id          integer not null,
    source_position bigint not null,
    waits_since     timestamptz not null,
    source_event_id uuid not null,
    business_date   date not null,
    store_id        text collate "C",
    event_type      text collate "C" not null,
    reason          text collate "C" not null,
    problem         text not null,
    constraint unposted_pkey primary key (wait_key, position, log_id)
) partition by list (log_id);
comment on table unposted is 'Events that wait to be posted; they go when they are.';
create index unposted_day_idx on unposted (business_date, position);
select open_read_model('unposted');
