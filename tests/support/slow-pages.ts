/** A proxy on loopback that hands pages out in pieces, as a busy machine parses and a slow line brings them. */
export interface SlowPages extends AsyncDisposable {
  url: string;
}

const PIECES = 16;
/** Longer than a frame: what has come is drawn before more comes. */
const APART_MS = 25;

export function slowPages(upstream: string): SlowPages {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete("host");
      headers.set("accept-encoding", "identity");
      const answer = await fetch(upstream + pathname + search, { headers, redirect: "manual", signal: request.signal });
      const whole = !answer.headers.get("content-type")?.includes("text/html") || request.headers.has("hx-request");
      return new Response(whole ? answer.body : pieces(await answer.bytes()), answer);
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
}

function pieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const size = Math.ceil(bytes.length / PIECES);
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
      if (at >= bytes.length) controller.close();
      else await Bun.sleep(APART_MS);
    },
  });
}
