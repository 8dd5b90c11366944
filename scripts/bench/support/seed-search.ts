/** A million parts as years of work leave them: questions, answers, reasoning and calls, of words as often as words are. */
import { type BenchServer, makeSessions } from "./server.ts";

const SESSIONS = 200;
/** Words in all; the n-th is used about 1/n as often as the first. */
const WORDS = 30_000;
/** Texts are put together from so many different sentences. */
const SENTENCES = 20_000;
const DAYS = 700;
const MODELS = ["qwen3-coder-30b", "claude-sonnet", "gpt-oss-120b", "devstral", "glm-air"];
const PARTS_A_TURN = 5;

const SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu cla str pre con ter ing ment".split(" ");

/** The n-th word, n from 0; the first ones are short. */
export function wordOf(n: number): string {
  let word = "";
  for (let left = n + 27; left > 0; left = Math.floor(left / SYLLABLES.length))
    word += SYLLABLES[left % SYLLABLES.length];
  return word;
}

/** Rank by Zipf: 0 most of the time, WORDS - 1 hardly ever. */
function rank(random: () => number): number {
  return Math.min(WORDS - 1, Math.floor(Math.exp(random() * Math.log(WORDS))) - 1);
}

/** Numbers that are the same at each call, in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Writes rows for `parts` parts; the server's index takes them in afterwards. */
export async function seedSearch(server: BenchServer, parts: number): Promise<void> {
  const chats = await makeSessions(server, SESSIONS);
  const random = seeded(7);
  const sentences = Array.from({ length: SENTENCES }, () => {
    const words = Array.from({ length: 8 + Math.floor(random() * 10) }, () => wordOf(rank(random)));
    return `${words.join(" ")}.`;
  });
  const paths = Array.from(
    { length: 4_000 },
    () => `src/${wordOf(rank(random))}/${wordOf(rank(random))}_${wordOf(rank(random))}.ts`,
  );
  const { sql } = server;
  await sql`set statement_timeout = 0`;
  await sql`create temporary table said as select row_number() over () - 1 as n, s as text from unnest(${sentences}::text[]) s`;
  await sql`create temporary table paths as select row_number() over () - 1 as n, p as path from unnest(${paths}::text[]) p`;
  await sql`create temporary table here as select row_number() over () - 1 as n, c as chat from unnest(${chats.map((c) => c.chat)}::text[]) c`;
  await sql`create index on said (n)`;
  await sql`create index on paths (n)`;
  for (const table of ["said", "paths", "here"]) await sql`analyze ${sql(table)}`;
  const turns = Math.floor(parts / PARTS_A_TURN);
  for (let from = 0; from < turns; from += CHUNK) {
    await seedTurns(sql, from, Math.min(turns, from + CHUNK), turns);
    if (process.stdout.isTTY) process.stdout.write(`\r  ${Math.round((from / turns) * 100)} % written`);
  }
  await sql`update chats set next_position = ${turns * 2 + 1}`;
  await sql`analyze`;
}

const CHUNK = 20_000;

async function seedTurns(sql: BenchServer["sql"], from: number, to: number, turns: number): Promise<void> {
  const id = (letter: string) => sql`'0' || ${letter}::text || lpad(t.n::text, 8, '0')`;
  const turn = sql`
    (select g.n, h.chat, now() - make_interval(secs => (${turns} - g.n)::float8 / ${turns} * ${DAYS * 86_400}) as at
      from generate_series(${from}::int, ${to - 1}::int) g (n) join here h on h.n = g.n / 20 % ${SESSIONS}) t`;
  await sql`
    insert into messages (id, chat_id, role, position, created_at)
    select ${id("q")}, t.chat, 'user', 2 * t.n + 1, t.at from ${turn}
    union all select ${id("a")}, t.chat, 'assistant', 2 * t.n + 2, t.at from ${turn}`;
  await sql`
    insert into runs (id, chat_id, session_id, project_id, question_id, answer_id, state, reason, model, created_at, started_at, ended_at)
    select ${id("r")}, t.chat, s.id, s.project_id, ${id("q")}, ${id("a")}, 'completed', 'done',
      (${MODELS}::text[])[1 + t.n / 7 % ${MODELS.length}::int], t.at, t.at, t.at
    from ${turn} join chats c on c.id = t.chat join sessions s on s.id = c.session_id`;
  const text = (salt: number, count: number) => sql`
    (select string_agg(s.text, ' ') from generate_series(1, ${count}::int) k
      join said s on s.n = (hashint8(t.n::int8 * 64 + ${salt}::int * 16 + k) & 2147483647) % ${SENTENCES})`;
  const part = (letter: string, owner: string, position: number, kind: string, body: unknown, meta: unknown) => sql`
    insert into parts (id, message_id, chat_id, position, turn, kind, state, text, folded_to, meta, opened_at, closed_at)
    select '0' || lpad(t.n::text, 8, '0') || ${letter}::text, ${id(owner)}, t.chat, ${position}, 1, ${kind}, 'closed',
      ${body as never}, 0, ${meta as never}, t.at, t.at from ${turn}`;
  const none = sql`'{}'::jsonb`;
  const call = sql`
    (select jsonb_build_object('call_id', 'c', 'name', 'view_file', 'arguments_text', jsonb_build_object('path', p.path)::text,
      'shown', p.path, 'note', 'read', 'duration_ms', 3, 'group_id', 'g' || t.n, 'output_id', null)
      from paths p where p.n = (hashint8(t.n::int8) & 2147483647) % 4000)`;
  const search = sql`
    (select jsonb_build_object('call_id', 'd', 'name', 'grep', 'arguments_text',
      jsonb_build_object('pattern', split_part(s.text, ' ', 3))::text, 'shown', split_part(s.text, ' ', 3), 'note', 'found',
      'duration_ms', 3, 'group_id', 'g' || t.n, 'output_id', null)
      from said s where s.n = (hashint8(t.n::int8 + 9) & 2147483647) % ${SENTENCES})`;
  await part("1", "q", 0, "text", text(1, 2), none);
  await part("2", "a", 0, "reasoning", text(2, 4), none);
  await part("3", "a", 1, "tool", text(3, 8), call);
  await part("4", "a", 2, "tool", text(0, 6), search);
  await part("5", "a", 3, "text", sql`'turn number' || t.n || ' ' || ${text(1, 6)}`, none);
}
