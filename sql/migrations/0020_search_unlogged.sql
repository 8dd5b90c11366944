-- Half of all that a run wrote to the write-ahead log was the index of its words, which is made of what the log holds
-- anyhow. Without a log it is emptied when Postgres itself crashes, together with the row that says how far it was
-- filled, and is filled again from the parts.
truncate search_rows;
alter table search_rows set unlogged;
comment on table search_rows is 'What a search looks through. Derived, and not logged: after a crash of Postgres it is empty, and is filled again (search_fill).';

create unlogged table search_fill (
  only_row boolean primary key default true check (only_row),
  done_to text
);
comment on table search_fill is 'How far search_rows was filled again. Emptied with it; without a row the filling begins.';
comment on column search_fill.done_to is 'Parts up to this id that were searched before are in again; null when all are.';
