-- Deltas are stored a flush at a time: one row for all texts that were written together, where each had a row and two
-- index entries of its own. A token of thirty sessions at once costs a quarter of the write-ahead log that way.
drop index journal_deltas;
alter table journal alter column topic drop not null;
alter table journal add column part_ids text[], add column offsets integer[], add column texts text[];
update journal set topic = null, part_ids = array[part_id], offsets = array["offset"], texts = array[text]
where part_id is not null;
alter table journal drop column part_id, drop column "offset", drop column text;
-- Rows below a page stay in the table as they are: they live for minutes, compressing them costs more than it saves.
alter table journal set (toast_tuple_target = 8160);
comment on column journal.seq is 'Of a row of deltas: the number of its last one; those before it have the numbers before.';
comment on column journal.topic is 'Null for deltas: the topic is that of their part''s session.';
comment on column journal.part_ids is 'part.delta only: what one flush wrote, all parts together; offsets and texts have the same length.';
comment on column journal.offsets is 'UTF-16 offset of each text in its part.';

alter table parts add column journal_after bigint not null default 0;
comment on column parts.journal_after is 'Deltas that are not folded yet have greater numbers than this in the journal.';

alter table journal_head add column flushes bigint not null default 0;
comment on column journal_head.flushes is 'Number of the delta writer''s last flush; one whose acknowledgement was lost is repeated under its number and refused if it was stored.';
