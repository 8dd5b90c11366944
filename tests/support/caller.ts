/** JSON over HTTP to a server in a process of its own. */
import type { ServerProcess } from "./server.ts";

export type Caller = <T = never>(method: string, path: string, body?: unknown) => Promise<T>;

/** Rejects with status and text when the answer is not 2xx. */
export const callerOf =
  (server: Pick<ServerProcess, "url">): Caller =>
  async (method, path, body) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text ? JSON.parse(text) : null;
  };
