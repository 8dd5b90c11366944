/** Terminals in a page to be held against each other: BooCode's, wetty with tmux, and nothing but a relay to tmux. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSessions, ROOT, startServer } from "./server.ts";

export interface Rival extends AsyncDisposable {
  name: string;
  url: string;
  /** Server process. */
  pid: number;
  /** Its database, which is a child of it and no part of what passes a terminal's bytes on. */
  postmaster?: number;
  /** In the page: gives the xterm once it is there. */
  xterm: string;
}

const SHELL = "#!/bin/sh\nexec env -u ENV PS1='ready>' sh -i\n";
const TMUX = "set -g status off\nset -g escape-time 10\nset -g window-size latest\n";
const PORT_WETTY = 19_731;
const READY_MS = 30_000;

export async function booCode(terminals = 1): Promise<Rival & { home: string }> {
  const server = await startServer();
  const shell = join(server.home, "plain-shell");
  await writeFile(shell, SHELL, { mode: 0o755 });
  await server.json("PATCH", "/settings", { terminal_shell: shell });
  const [made] = await makeSessions(server, 1);
  for (let i = 0; i < terminals; i++) await server.json("POST", `/sessions/${made!.session}/terminals`, {});
  return {
    name: "BooCode",
    url: `${server.url}/sessions/${made!.session}`,
    pid: server.pid,
    postmaster: server.postmaster,
    home: server.home,
    xterm: 'window.BooTerm?.xterm(document.querySelector(".terminal[data-state=open]"))',
    async [Symbol.asyncDispose]() {
      killTmux(join(server.home, "tmux/socket"));
      await server[Symbol.asyncDispose]();
    },
  };
}

/** npm's wetty 3.2.0, installed into a temporary directory, or used where WETTY_DIR says it is. */
export async function wetty(): Promise<Rival> {
  const { dir, script, end } = await tmuxScript();
  const at = process.env.WETTY_DIR ?? dir;
  if (at === dir)
    Bun.spawnSync(["npm", "install", "--no-audit", "--no-fund", "--prefix", dir, "wetty@3.2.0"], { stdout: "ignore" });
  const child = Bun.spawn(
    [
      "node",
      join(at, "node_modules/wetty/build/main.js"),
      "-p",
      String(PORT_WETTY),
      "--base",
      "/",
      "--host",
      "127.0.0.1",
      "-c",
      script,
    ],
    { cwd: dir, stdout: "ignore", stderr: "ignore", env: { ...process.env, NODE_ENV: "production" } },
  );
  const url = `http://127.0.0.1:${PORT_WETTY}/`;
  await answers(url).catch((error) => {
    child.kill();
    throw error;
  });
  return {
    name: "wetty + tmux",
    url,
    pid: child.pid,
    xterm: "window.wetty_term",
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      await end();
    },
  };
}

/** A Bun.serve in a process of its own that passes bytes between a socket and a Bun.Terminal, and does nothing else. */
export async function relay(): Promise<Rival> {
  const { script, end } = await tmuxScript();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "terminal-relay.ts"), script], {
    cwd: ROOT,
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  return {
    name: "bare relay + tmux",
    url: new TextDecoder().decode(value).trim(),
    pid: child.pid,
    xterm: "window.term",
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      await end();
    },
  };
}

/** A program that runs the plain shell in a tmux of its own. */
async function tmuxScript(): Promise<{ dir: string; script: string; end(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "boo-bench-term-"));
  const [shell, conf, socket, script] = ["shell", "tmux.conf", "socket", "run"].map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
  ];
  await writeFile(shell, SHELL, { mode: 0o755 });
  await writeFile(conf, TMUX);
  await writeFile(
    script,
    `#!/bin/sh\nexport TERM=xterm-256color LANG=C.UTF-8\nexec tmux -u -S ${socket} -f ${conf} new-session -A -s x ${shell}\n`,
    { mode: 0o755 },
  );
  return {
    dir,
    script,
    async end() {
      killTmux(socket);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const killTmux = (socket: string) =>
  Bun.spawnSync(["tmux", "-S", socket, "kill-server"], { stdout: "ignore", stderr: "ignore" });

async function answers(url: string): Promise<void> {
  const end = Date.now() + READY_MS;
  while (Date.now() < end) {
    if ((await fetch(url).catch(() => null))?.ok) return;
    await Bun.sleep(100);
  }
  throw new Error(`${url} does not answer`);
}
