/** A child on a pseudo-terminal. */
import { expect, test } from "bun:test";
import { openPty } from "../../src/drivers/pty.ts";
import { until } from "../support/until.ts";

/** Says its size now and at every change of it, by the signal alone; a line that is typed ends it. */
const SCRIPT = `
trap told=1 WINCH
stty size
exec 3<&0
(head -n 1 <&3; kill $$) &
while sleep 0.02; do if [ -n "$told" ]; then told=; stty size; fi; done
`;

function open(script = SCRIPT) {
  let seen = "";
  const ended = Promise.withResolvers<number | null>();
  const pty = openPty({
    argv: ["bash", "-c", script],
    cwd: "/",
    env: { PATH: process.env.PATH ?? "" },
    cols: 100,
    rows: 30,
    onData: (bytes) => {
      seen += Buffer.from(bytes).toString();
    },
    onExit: ended.resolve,
  });
  return { pty, sees: (text: string) => until(() => seen.includes(text)), ended: ended.promise };
}

test("it has its size, hears of every other one, and is typed to", async () => {
  const { pty, sees, ended } = open();
  await sees("30 100");
  for (const [cols, rows] of [
    [80, 20],
    [140, 50],
    [90, 10],
  ] as const) {
    pty.resize(cols, rows);
    await sees(`${rows} ${cols}`);
  }
  pty.write(Buffer.from("typed\n"));
  await sees("typed");
  expect(await ended).toBeNull();
});

test("how it ended is told", async () => {
  const { ended } = open("exit 3");
  expect(await ended).toBe(3);
});

test("closing hangs up", async () => {
  const { pty, sees, ended } = open();
  await sees("30 100");
  pty.close();
  expect(await ended).toBeNull();
});
