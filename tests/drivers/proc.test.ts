import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { childEnvironment, runCommand } from "../../src/drivers/proc.ts";
import { Refusal } from "../../src/drivers/refusal.ts";
import { isAlive, until } from "../support/until.ts";

const base = { cwd: "/", timeout_ms: 10_000, stdout_limit_bytes: 1_000_000 };
const sh = (line: string): [string, ...string[]] => ["sh", "-c", line];

describe("what comes back", () => {
  test("exit code and both outputs", async () => {
    const done = await runCommand({ ...base, argv: sh("echo out; echo err >&2; exit 3") });
    expect(done).toMatchObject({ code: 3, stdout: "out\n", stderr: "err\n", truncated: false, timed_out: false });
  });

  test("arguments are not a shell's", async () => {
    const done = await runCommand({ ...base, argv: ["printf", "%s|", "$(id)", "a b", "; ls"] });
    expect(done.stdout).toBe("$(id)|a b|; ls|");
  });

  test("standard input is what was given, else empty", async () => {
    const text = "x".repeat(300_000);
    expect((await runCommand({ ...base, argv: ["cat"], stdin: text })).stdout).toBe(text);
    expect((await runCommand({ ...base, argv: ["cat"] })).stdout).toBe("");
  });

  test("a program that is not there, and a directory that is not there", async () => {
    await expect(runCommand({ ...base, argv: ["no-such-program"] })).rejects.toThrow(/not installed/);
    await expect(runCommand({ ...base, argv: ["ls"], cwd: "/no/such/place" })).rejects.toBeInstanceOf(Refusal);
  });
});

describe("bounds", () => {
  test("endless output is cut at the limit and the child killed", async () => {
    const done = await runCommand({ ...base, argv: ["yes"], stdout_limit_bytes: 1001 });
    expect(done.bytes.length).toBe(1001);
    expect(done).toMatchObject({ code: null, truncated: true });
  });

  test("endless complaint does not fill memory and does not stop the child", async () => {
    const done = await runCommand({ ...base, argv: sh("yes | head -c 1000000 >&2; echo done") });
    expect(done.stdout).toBe("done\n");
    expect(done.stderr.length).toBeLessThan(20_000);
  });

  test("the time limit kills the whole group", async () => {
    const done = await runCommand({ ...base, argv: sh("sleep 100 & echo $!; sleep 100"), timeout_ms: 150 });
    expect(done).toMatchObject({ code: null, timed_out: true });
    await until(() => !isAlive(Number(done.stdout)));
  });

  test("what a child left in the background does not outlive it", async () => {
    const done = await runCommand({ ...base, argv: sh("sleep 100 >/dev/null 2>&1 & echo $!") });
    expect(done.code).toBe(0);
    await until(() => !isAlive(Number(done.stdout)));
  });
});

describe("abort", () => {
  test("kills child and grandchild, then throws the reason", async () => {
    const stop = new AbortController();
    const file = `/tmp/boo-proc-${process.pid}`;
    const running = runCommand({ ...base, argv: sh(`sleep 100 & echo "$$ $!" > ${file}; wait`), signal: stop.signal });
    await until(() => existsSync(file));
    const pids = (await until(async () => (await Bun.file(file).text()).trim())).split(" ").map(Number);
    await Bun.file(file).delete();
    stop.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await until(() => pids.every((pid) => !isAlive(pid)));
    expect(pids).toHaveLength(2);
  });

  test("an aborted signal starts nothing", async () => {
    await expect(
      runCommand({ ...base, argv: ["true"], signal: AbortSignal.abort(new Error("before")) }),
    ).rejects.toThrow("before");
  });
});

test("a child sees no secret of ours", async () => {
  process.env.BOOCODE_LLM_KEY = "sk-1";
  process.env.DATABASE_URL = "postgres://secret";
  process.env.GIT_DIR = "/elsewhere";
  try {
    const { stdout } = await runCommand({ ...base, argv: ["env"], env: { EXTRA: "1" } });
    expect(stdout).not.toMatch(/BOOCODE|DATABASE_URL|GIT_DIR/);
    expect(stdout).toContain("EXTRA=1");
    expect(childEnvironment().PATH).toBe(process.env.PATH);
  } finally {
    for (const name of ["BOOCODE_LLM_KEY", "DATABASE_URL", "GIT_DIR"]) delete process.env[name];
  }
});
