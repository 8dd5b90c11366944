/** Code intelligence over a directory of its own, without the rest of the program. */
import { connect, type Sql } from "../../../src/db/sql.ts";
import type { JournalEvent } from "../../../src/domain/event.ts";
import type { Proposals, ToolContext, ToolOutcome } from "../../../src/domain/tool.ts";
import { codeAccess } from "../../../src/engine/code/access.ts";
import { CodeIndex } from "../../../src/engine/code/trees.ts";
import type { Core } from "../../../src/engine/core.ts";
import { callTool } from "../../../src/engine/tools/define.ts";
import { readTools } from "../../../src/engine/tools/registry.ts";
import { newId } from "../../../src/lib/ids.ts";
import { createLog } from "../../../src/lib/log.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { memoryOutputs } from "../../support/outputs.ts";

export interface CodeRig extends AsyncDisposable {
  sql: Sql;
  index: CodeIndex;
  project: string;
  /** A call of a tool; it looks at the disk, however shortly ago another one did. */
  call(
    name: string,
    args?: object,
    more?: { proposals?: Proposals; grants?: string[]; signal?: AbortSignal },
  ): Promise<ToolOutcome>;
  /** Says that the project was deleted, after its row is gone. */
  deleteProject(): Promise<void>;
  count(table: "code_trees" | "code_files" | "code_blobs" | "code_symbols" | "code_changes"): Promise<number>;
}

const tools = readTools();

export async function codeRig(
  root: string,
  options: { worker?: string; hang_ms?: number; database?: TestDatabase; project?: string } = {},
): Promise<CodeRig> {
  const database = options.database ?? (await testDatabase());
  const sql = connect(database.target);
  const project = options.project ?? newId();
  await sql`insert into projects ${sql({ id: project, path: root, name: "p" })} on conflict do nothing`;
  const subscribers: ((events: readonly JournalEvent[]) => void)[] = [];
  const subscribe = (hear: (typeof subscribers)[number]) => {
    subscribers.push(hear);
    return () => {};
  };
  const log = { ...createLog("error"), warn: () => {} };
  const index = new CodeIndex({ sql, log, journal: { subscribe } as never, instance: newId() }, options);
  const core = { sql, code: index } as unknown as Core;
  return {
    sql,
    index,
    project,
    async call(name, args = {}, { proposals, grants = [], signal } = {}) {
      index.touch();
      const scope = { root, grants };
      const context: ToolContext = {
        ...scope,
        signal: signal ?? new AbortController().signal,
        outputs: memoryOutputs(),
        code: codeAccess({ core, project, scope, proposals }),
        report: (error) => {
          throw error;
        },
      };
      return callTool(tools, context, { id: "1", name, arguments: JSON.stringify(args) });
    },
    async deleteProject() {
      await sql`delete from projects where id = ${project}`;
      const event = { kind: "project.deleted", payload: { project_id: project } } as unknown as JournalEvent;
      for (const hear of subscribers) hear([event]);
    },
    async count(table) {
      const [row] = await sql<{ n: number }[]>`select count(*)::int as n from ${sql(table)}`;
      return row!.n;
    },
    async [Symbol.asyncDispose]() {
      await index.close();
      await sql.end({ timeout: 1 });
      if (!options.database) await database.drop();
    },
  };
}
