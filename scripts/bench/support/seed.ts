/** Chats of any length, written as rows: asking for ten thousand messages would take an hour. */
import { newId } from "../../../src/lib/ids.ts";
import { type BenchServer, makeSessions } from "./server.ts";

/** What answers look like: prose with names of files, a list, a block of code; some 1.6 kB. */
const ANSWER = `The claim is taken in \`src/store/claims.ts:42\`, inside one transaction, so two workers never get the same row.
The worker then renews it every ten seconds; a claim that is not renewed is free again after a minute.

Three things follow from that:

- **A crash** costs at most a minute, because nobody has to notice it: the claim runs out by itself.
- **A slow worker** keeps its claim as long as it renews it, whatever the job takes.
- A worker that lost its claim finds out with its next write, since every write names the claim's number.

\`\`\`ts
export async function claimDue(sql: Sql, worker: string, limit = 50): Promise<Job[]> {
  return sql<Job[]>\`
    update jobs set claimed_by = \${worker}, claimed_until = now() + interval '1 minute', claim = claim + 1
    where id in (
      select id from jobs where due_at <= now() and (claimed_until is null or claimed_until < now())
      order by due_at limit \${limit} for update skip locked)
    returning *\`;
}
\`\`\`

The order of the two checks matters: \`due_at\` has an index, \`claimed_until\` has none. Looking at the rows of one worker
is therefore a scan, which is fine for some hundred workers and would not be for thousands. See \`docs/queue.md\` for
the figures, and \`tests/store/claims.test.ts\` for what happens when two of them race.
`;
const QUESTION = "Where is a job claimed, and what happens when the worker that claimed it dies half way?";

export interface SeededChat {
  session: string;
  chat: string;
}

/** A chat of so many messages, half of them answers with three tool calls each */
export async function seedChat(server: BenchServer, messages: number): Promise<SeededChat> {
  const [at] = await makeSessions(server, 1);
  const { session, chat } = at!;
  const { sql } = server;
  const prefix = newId().slice(4);
  const turns = Math.floor(messages / 2);
  await sql`
    insert into messages (id, chat_id, role, position, created_at)
    select ${prefix} || case when n % 2 = 1 then 'q' else 'a' end || (n + 1) / 2, ${chat},
      case when n % 2 = 1 then 'user' else 'assistant' end, n, now() - make_interval(secs => (${messages} - n) * 20)
    from generate_series(1, ${turns * 2}::int) n`;
  await sql`
    insert into runs (id, chat_id, session_id, project_id, question_id, answer_id, state, reason, model, turns, tool_calls,
      tokens_in, tokens_out, ttft_ms, generation_ms, created_at, started_at, ended_at)
    select ${prefix} || 'r' || n, ${chat}, ${session}, s.project_id, ${prefix} || 'q' || n, ${prefix} || 'a' || n,
      'completed', 'done', 'fake-model', 2, 3, 1200, 400, 300, 9000, at, at, at
    from generate_series(1, ${turns}::int) n
    cross join lateral (select now() - make_interval(secs => (${turns} - n) * 40) as at) t
    join sessions s on s.id = ${session}`;
  await sql`
    insert into parts (id, message_id, chat_id, position, turn, kind, state, text, folded_to, meta, closed_at)
    select ${prefix} || 'pq' || n, ${prefix} || 'q' || n, ${chat}, 0, 0, 'text', 'closed', ${QUESTION}, ${QUESTION.length},
      '{}', now() from generate_series(1, ${turns}::int) n`;
  await sql`
    insert into parts (id, message_id, chat_id, position, turn, kind, state, text, folded_to, meta, closed_at)
    select ${prefix} || 'pt' || n || '_' || k, ${prefix} || 'a' || n, ${chat}, k, 1, 'tool', 'closed',
      repeat('claims.ts: line of a file that was read ' || n || E'\\n', 60), 2400,
      jsonb_build_object('call_id', 'c' || k, 'name', 'view_file', 'arguments', '{"path":"src/store/claims.ts"}'::jsonb,
        'arguments_text', '{"path":"src/store/claims.ts"}', 'shown', 'src/store/claims.ts', 'note', '60 lines',
        'duration_ms', 4, 'output_id', null, 'group_id', ${prefix} || 'pt' || n || '_0'), now()
    from generate_series(1, ${turns}::int) n, generate_series(0, 2) k`;
  await sql`
    insert into parts (id, message_id, chat_id, position, turn, kind, state, text, folded_to, meta, closed_at)
    select ${prefix} || 'pa' || n, ${prefix} || 'a' || n, ${chat}, 3, 2, 'text', 'closed', ${ANSWER}, ${ANSWER.length}, '{}',
      now() from generate_series(1, ${turns}::int) n`;
  await sql`update chats set next_position = ${turns * 2 + 1}, title = ${`${messages} messages`} where id = ${chat}`;
  await sql`analyze`;
  return { session, chat };
}
