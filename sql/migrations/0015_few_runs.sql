-- Runs that never began hide their messages (src/store/messages.ts). They are few; a search asks for all of them at once.
create index runs_never_begun on runs (question_id, answer_id) where started_at is null;
-- Runs that stopped wait for a human on every page; of all that ever ended they are few.
create index runs_stopped on runs (ended_at) where state in ('limited', 'failed', 'interrupted');
