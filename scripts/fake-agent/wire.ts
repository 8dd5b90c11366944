/** JSON-RPC over standard input and output, by hand: an agent that lies must be able to send anything. */

export interface Request {
  id: number | string;
  method: string;
  params: Record<string, unknown>;
}
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

export class Wire {
  private next = 1;
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();

  raw(text: string): void {
    process.stdout.write(text);
  }
  send(message: Record<string, unknown>): void {
    this.raw(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
  update(sessionId: string, update: Record<string, unknown>): void {
    this.send({ method: "session/update", params: { sessionId, update } });
  }
  ask(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    const id = this.next++;
    this.send({ id, method, params });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve: resolve as never, reject }));
  }

  /** Requests and notifications as they come, until the input ends. Answers to our own are matched here. */
  async read(onMessage: (request: Request | Omit<Request, "id">) => void): Promise<void> {
    for await (const line of console) {
      const message = JSON.parse(line) as Request & { result?: unknown; error?: { code: number; message: string } };
      if (message.method) onMessage(message);
      else {
        const waiting = this.waiting.get(message.id as number);
        this.waiting.delete(message.id as number);
        if (message.error) waiting?.reject(new RpcError(message.error.code, message.error.message));
        else waiting?.resolve(message.result);
      }
    }
  }
}
