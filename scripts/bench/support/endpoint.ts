/** The scripted model server in a process of its own, so that its CPU is not the server's. */
import { join } from "node:path";
import { firstUrl, ROOT } from "./server.ts";

export interface Endpoint extends AsyncDisposable {
  url: string;
  pid: number;
}

export async function startEndpoint(program = "scripts/fake-llm.ts"): Promise<Endpoint> {
  const child = Bun.spawn([process.execPath, join(ROOT, program), "--port", "0"], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const url = await firstUrl(child.stdout);
  return {
    url,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}
