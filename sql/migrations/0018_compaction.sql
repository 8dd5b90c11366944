-- Compaction and notes: what the prompt of a chat is built from is found without reading the chat.
create index parts_of_prompt on parts (chat_id) where kind in ('compaction', 'notice');

-- A run's calls for summaries stand beside its turns, as the one for a title does.
alter table turns add column purpose text not null default 'turn' check (purpose in ('turn', 'title', 'summary'));
comment on column turns.purpose is 'What the call was for: a turn of the loop, a title for the chat, a summary of what came before.';
update turns set purpose = 'title' where stop = 'title';
alter table turns drop constraint turns_run_id_number_key;
alter table turns add unique (run_id, purpose, number);

alter table turns add column estimated_in bigint;
comment on column turns.estimated_in is 'Tokens of the prompt as BooCode estimates them; what the endpoint counted beside it corrects the next estimate.';
create index turns_of_model on turns (model, created_at desc) where tokens_in is not null and estimated_in is not null;
