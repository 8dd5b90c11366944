-- What an edit or a new answer put aside is known by the run that took its place, and a fork by where it left its chat.
alter table messages add column superseded_by text references runs(id) on delete set null;
create index messages_superseded on messages (chat_id, position) where superseded_at is not null;
create index messages_superseded_by on messages (superseded_by) where superseded_by is not null;
comment on column messages.superseded_by is 'The run that answers instead; taken back while it is queued, its messages come back. Null after a restore.';

alter table chats add column forked_from text references messages(id) on delete set null;
comment on column chats.forked_from is 'Last message that was copied from another chat of the session; null for a chat of its own.';
