-- Agents that run in a terminal: which one, so that a chat's next message runs in the same.
alter table agent_sessions add column terminal_id text references terminals (id) on delete set null;
create index agent_sessions_of_terminal on agent_sessions (terminal_id);
comment on column agent_sessions.terminal_id is 'Where it runs, of an agent without a protocol; null until it did.';
