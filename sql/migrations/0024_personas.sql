-- Personas: who the model of a chat is told to be. They are files; rows only name them.
alter table chats add agent text;
comment on column chats.agent is 'Id of the persona of the coming messages; null for none. It may name one that is not there any more.';
alter table runs add agent text;
comment on column runs.agent is 'Id of the persona it was asked with; only of our own loop.';
