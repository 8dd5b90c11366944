/** The engine's lowest floor alone: a database, its journal and its delta writer, with one chat that parts can be in. */

import { connect, type Sql } from "../../src/db/sql.ts";
import { type JournalEvent, sessionTopic, type Topic } from "../../src/domain/event.ts";
import type { Core } from "../../src/engine/core.ts";
import { DeltaWriter } from "../../src/engine/deltas.ts";
import { Journal } from "../../src/engine/journal.ts";
import { newId } from "../../src/lib/ids.ts";
import { createLog } from "../../src/lib/log.ts";
import { readUnfolded } from "../../src/store/journal.ts";
import { insertPart } from "../../src/store/parts.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

export interface Spine extends AsyncDisposable {
  database: TestDatabase;
  sql: Sql;
  journal: Journal;
  deltas: DeltaWriter;
  /** Everything that subscribers heard, in order. */
  heard: JournalEvent[];
  topic: Topic;
  core: Pick<Core, "sql" | "journal" | "deltas" | "log" | "stopping">;
  /** An open text part. */
  part(): Promise<string>;
  /** The part's text as a page would read it now. */
  read(part: string): Promise<string>;
}

/** `url` is a line to the database that is not the usual one. */
export async function spine(options: { database?: TestDatabase; url?: string } = {}): Promise<Spine> {
  const database = options.database ?? (await testDatabase());
  const target = options.url ?? database.target;
  const log = createLog("error");
  const quiet = { ...log, warn: () => {} };
  const sql = connect(target);
  const journal = new Journal(sql, quiet);
  const deltas = new DeltaWriter(
    (onclose) => connect(target, { max: 1, asynchronous_commit: true, onclose }),
    journal,
    quiet,
  );
  const heard: JournalEvent[] = [];
  journal.subscribe((events) => heard.push(...events));
  await journal.start();
  const chat = await makeChat(database.sql);
  return {
    database,
    sql,
    journal,
    deltas,
    heard,
    topic: sessionTopic(chat.session),
    core: { sql, journal, deltas, log: quiet, stopping: false },
    part: () => makePart(database.sql, chat),
    read: (part) => readPart(database.sql, part),
    async [Symbol.asyncDispose]() {
      await deltas.close();
      await journal.close();
      await sql.end({ timeout: 1 });
      if (!options.database) await database.drop();
    },
  };
}

async function makeChat(sql: Sql): Promise<{ session: string; chat: string; message: string }> {
  const [project, session, chat, message] = [newId(), newId(), newId(), newId()];
  await sql`insert into projects ${sql({ id: project, path: `/${project}`, name: "p" })}`;
  await sql`insert into sessions ${sql({ id: session, project_id: project, title: "s" })}`;
  await sql`insert into chats ${sql({ id: chat, session_id: session, title: "c", number: 1 })}`;
  await sql`insert into messages ${sql({ id: message, chat_id: chat, role: "assistant", position: 1 })}`;
  return { session, chat, message };
}

let position = 0;
async function makePart(sql: Sql, { chat, message }: { chat: string; message: string }): Promise<string> {
  const id = newId();
  const part = {
    id,
    message_id: message,
    chat_id: chat,
    turn: 1,
    kind: "text",
    state: "open",
    text: "",
    meta: {},
  } as const;
  await sql.begin((tx) => insertPart(tx, { ...part, position: position++ }));
  return id;
}

async function readPart(sql: Sql, id: string): Promise<string> {
  return sql.begin("isolation level repeatable read read only", async (tx) => {
    const [row] = await tx<{ text: string }[]>`select text from parts where id = ${id}`;
    return row!.text + ((await readUnfolded(tx as never, [id])).get(id) ?? "");
  });
}
