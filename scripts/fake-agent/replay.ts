/**
 * Plays a recorded conversation: every message that the real agent sent, in its order, each after the message of the client
 * that came before it. Ids of the client's requests and the directory are replaced by those of now.
 */
import { readFileSync } from "node:fs";

interface Line {
  dir: "c2a" | "a2c" | "err" | "note";
  msg: { id?: number | string; method?: string; params?: { cwd?: string }; result?: unknown; NOT_JSON?: string };
}

/** `{CWD}` in the file stands for the directory of the conversation. */
export async function replay(file: string): Promise<void> {
  const lines = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const ids = new Map<string, unknown>();
  let cwd = process.cwd();
  let at = 0;
  const out = (msg: Line["msg"]) => {
    if (msg.NOT_JSON !== undefined) return process.stdout.write(`${msg.NOT_JSON}\n`);
    const mine = msg.method === undefined ? { ...msg, id: ids.get(String(msg.id)) ?? msg.id } : msg;
    process.stdout.write(`${JSON.stringify(mine).replaceAll("{CWD}", cwd)}\n`);
  };
  const play = () => {
    for (; lines[at] && lines[at]!.dir !== "c2a"; at++) if (lines[at]!.dir === "a2c") out(lines[at]!.msg);
  };
  play();
  for await (const text of console) {
    const got = JSON.parse(text) as Line["msg"];
    // A client of today may ask for more than the one of the recording: that is answered with nothing.
    const wanted = lines[at]?.msg;
    const same = wanted && (wanted.method ?? null) === (got.method ?? null);
    if (!same) {
      if (got.method && got.id !== undefined)
        process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: got.id, result: {} })}\n`);
      continue;
    }
    if (got.method && wanted.id !== undefined) ids.set(String(wanted.id), got.id);
    if (got.params?.cwd) cwd = got.params.cwd;
    at++;
    play();
  }
}
