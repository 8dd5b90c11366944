-- The same piece of text can never be stored twice: a statement whose acknowledgement was lost is tried again, and the
-- first one may still commit later.
drop index journal_deltas;
create unique index journal_deltas on journal (part_id, "offset") where part_id is not null;
comment on index journal_deltas is 'Also what a delta writer relies on that repeats a statement after a lost connection.';
