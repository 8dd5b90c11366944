-- Worktrees know which branch they came from; the base of a session's difference knows which applies it has taken in.
alter table worktrees add column base_branch text;
comment on column worktrees.base_branch is 'Branch of the checkout it was made from, which is brought in at the finish; null where HEAD was detached.';

alter table applies add column in_base text check (in_base in ('done', 'undone'));
comment on column applies.in_base is 'The state that the base of the session''s difference has taken in; behind after a crash, and caught up before the next difference.';
update applies set in_base = state where state in ('done', 'undone');
create index applies_not_in_base on applies (session_id)
  where state in ('done', 'undone') and rewinds = '{}' and in_base is distinct from state;
