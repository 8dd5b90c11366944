/** A host that the real ssh connects to: `await using host = await sshHost(directory)`. It knows one user, `me`, by one key. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
// Its types are a package of their own that says no more than this test uses.
// @ts-expect-error no types
import ssh2 from "ssh2";

export interface SshHost extends AsyncDisposable {
  port: number;
  /** For the setting `terminal_env`: an `ssh` that reads a configuration of its own, with the hosts "box" and "stranger". */
  path: string;
  /** The machine is gone: every connection breaks. */
  breakAll(): void;
  /** From now on it has another key. */
  changeKey(): Promise<void>;
}

interface Channel {
  write(bytes: string | Uint8Array): void;
  on(event: "data", hear: (bytes: Uint8Array) => void): void;
  exit(code: number): void;
  end(): void;
}

/** Echoes what is typed behind a prompt that tells which shell of the host it is; "exit" ends it with 4. */
function shell(channel: Channel, number: number): void {
  const prompt = `remote ${number}> `;
  let line = "";
  channel.write(prompt);
  channel.on("data", (bytes) => {
    for (const key of Buffer.from(bytes).toString()) {
      channel.write(key === "\r" ? "\r\n" : key);
      if (key !== "\r") line += key;
      else if (line === "exit") {
        channel.exit(4);
        channel.end();
      } else {
        channel.write(`there: ${line.toUpperCase()}\r\n${prompt}`);
        line = "";
      }
    }
  });
}

export async function sshHost(directory: string): Promise<SshHost> {
  let shells = 0;
  const clients = new Set<{ end(): void; _sock?: { destroy(): void } }>();
  // biome-ignore lint/suspicious/noExplicitAny: without types
  const serve = (port: number): Promise<any> => {
    const key = ssh2.utils.generateKeyPairSync("ed25519");
    // biome-ignore lint/suspicious/noExplicitAny: without types
    const server = new ssh2.Server({ hostKeys: [key.private] }, (client: any) => {
      clients.add(client);
      client.on("error", () => {}); // a client that goes
      client.on("close", () => clients.delete(client));
      // biome-ignore lint/suspicious/noExplicitAny: without types
      client.on("authentication", (asked: any) =>
        asked.method === "publickey" && asked.username === "me" ? asked.accept() : asked.reject(["publickey"]),
      );
      // biome-ignore lint/suspicious/noExplicitAny: without types
      client.on("session", (accept: any) => {
        const session = accept();
        session.on("pty", (ok?: () => void) => ok?.());
        session.on("window-change", (ok?: () => void) => ok?.());
        session.on("shell", (ok: () => Channel) => shell(ok(), ++shells));
      });
    });
    const listening = Promise.withResolvers();
    server.listen(port, "127.0.0.1", () => listening.resolve(server));
    return listening.promise;
  };
  const breakAll = () => {
    for (const client of clients) client._sock?.destroy();
  };
  let server = await serve(0);
  const { port } = server.address();
  writeFileSync(join(directory, "id"), ssh2.utils.generateKeyPairSync("ed25519").private, { mode: 0o600 });
  const common = `HostName 127.0.0.1\n  Port ${port}\n  IdentityFile ${directory}/id\n  IdentitiesOnly yes\n  UserKnownHostsFile ${directory}/known`;
  writeFileSync(
    join(directory, "config"),
    `Host box\n  User me\n  ${common}\nHost stranger\n  User other\n  ${common}\n`,
  );
  writeFileSync(join(directory, "ssh"), `#!/bin/sh\nexec ${Bun.which("ssh")} -F ${directory}/config "$@"\n`);
  chmodSync(join(directory, "ssh"), 0o755);
  const close = () => {
    breakAll();
    return new Promise((ended) => server.close(ended));
  };
  return {
    port,
    path: `${directory}:${process.env.PATH}`,
    breakAll,
    async changeKey() {
      await close();
      server = await serve(port);
    },
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}
