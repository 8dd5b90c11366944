/** A terminal on a host by ssh: asked about its key, typed in, left and come back to; and how it says that it ended. */
import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TerminalNow } from "../../src/domain/terminal.ts";
import { testApp } from "../support/app.ts";
import { sshHost } from "../support/ssh-host.ts";
import { endTmuxWithUs, openSocket } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const BUSY_MS = 15_000;

test("a target of the settings", async () => {
  await using boo = await testApp();
  endTmuxWithUs(boo.config.home);
  const directory = join(boo.repo.root, "ssh-of-the-test");
  mkdirSync(directory);
  await using host = await sshHost(directory);
  await boo.send("PATCH", "/settings", {
    terminal_targets: "box\nstranger\nnowhere me@no.such.host.invalid",
    terminal_env: `PATH=${host.path}`,
  });
  const { session } = await boo.chat();
  const open = async (target: string) =>
    (await boo.send<{ terminal: TerminalNow }>("POST", `/sessions/${session}/terminals`, { target })).terminal.id;
  const ended = async (socket: Awaited<ReturnType<typeof openSocket>>) =>
    until(() => socket.said.map((m) => m.ending).findLast((words) => typeof words === "string"), BUSY_MS);

  const id = await open("box");
  {
    await using socket = await openSocket(boo.url, id);
    await socket.sees("authenticity of host");
    socket.type("yes\r");
    await socket.sees("remote 1> ");
    socket.type("before\r");
    await socket.sees("there: BEFORE");
  }
  await using socket = await openSocket(boo.url, id);
  await socket.sees("there: BEFORE");
  socket.type("after\r");
  await socket.sees("there: AFTER");
  host.breakAll();
  await socket.sees(/closed by remote host|Broken pipe|Connection reset/);
  expect(await ended(socket)).toBe("No connection to box: ssh says above why.");

  socket.said.length = 0;
  await boo.send("POST", `/terminals/${id}/restarts`, {});
  await socket.sees("remote 2> ");
  socket.type("exit\r");
  expect(await ended(socket)).toBe("ssh to box exited with 4.");

  await using refused = await openSocket(boo.url, await open("stranger"));
  await refused.sees("Permission denied");
  expect(await ended(refused)).toBe("No connection to stranger: ssh says above why.");
  await using unknown = await openSocket(boo.url, await open("nowhere"));
  await unknown.sees("Could not resolve hostname");
  expect(await ended(unknown)).toBe("No connection to nowhere: ssh says above why.");

  await host.changeKey();
  await using other = await openSocket(boo.url, await open("box"));
  await other.sees("REMOTE HOST IDENTIFICATION HAS CHANGED");
  expect(await ended(other)).toBe("No connection to box: ssh says above why.");
}, 60_000);
