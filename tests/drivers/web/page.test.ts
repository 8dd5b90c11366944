/** Pages over real connections to local servers that try everything: where they lead, what they hold, how long they take. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";
import { getPublic } from "../../../src/drivers/web/get.ts";
import { fetchPage } from "../../../src/drivers/web/page.ts";
import { Readable } from "../../../src/drivers/web/readable.ts";
import { type Site, site } from "../../support/web-sites.ts";

const readable = new Readable();
afterAll(() => readable.close());
const signal = new AbortController().signal;
const read = (from: Site, path = "/", whole = false, stop = signal) =>
  fetchPage(from.url(path), whole, { reach: from.reach, readable }, stop);
const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return (error as { note?: string }).note ?? String(error);
  }
  return "allowed";
};
const html = (body: string, headers: Record<string, string> = {}) =>
  new Response(body, { headers: { "content-type": "text/html", ...headers } });
const PROSE = "This is a sentence of an article that somebody wrote so that it would be read to its end. ".repeat(8);
const ARTICLE = `<!doctype html><html><head><title>On queues</title></head><body><nav><a href="/home">Home</a></nav>
<article><h1>On queues</h1><p>${PROSE}</p><p>${PROSE} <a href="/more?x=1">more</a> <a href="javascript:alert(1)">no</a></p>
<pre><code class="language-ts">const a = 1;</code></pre>
<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>
<img src="x.png" alt="A diagram"><script>alert(1)</script></article><footer>Imprint</footer></body></html>`;

describe("what a page says", () => {
  test("is Markdown of its main text, with links that lead where they did; or all of it", async () => {
    await using web = site(() => html(ARTICLE));
    const page = await read(web, "/posts/one");
    expect(page).toMatchObject({ title: "On queues", article: true, cut: false, url: web.url("/posts/one") });
    expect(page.text).toContain(`[more](${web.url("/more?x=1")})`);
    expect(page.text).not.toContain("javascript:");
    expect(page.text).not.toContain("alert(1)");
    expect(page.text).not.toContain("Imprint");
    expect(page.text).toContain("```ts\nconst a = 1;\n```");
    expect(page.text).toContain("| a | b |\n| --- | --- |\n| 1 | 2 |");
    expect(page.text).toContain("[Image: A diagram]");
    expect((await read(web, "/", true)).text).toContain("Imprint");
    expect(web.seen[0]?.host).toBe(`name.test:${web.port}`);
  });

  test("is text as it is: JSON, plain, other encodings", async () => {
    await using web = site((_, { pathname }) => {
      if (pathname === "/json") return Response.json({ a: "<b>" });
      if (pathname === "/latin")
        return new Response(new Uint8Array([0x67, 0xfc, 0x6e]), {
          headers: { "content-type": "text/plain; charset=ISO-8859-1" },
        });
      if (pathname === "/meta")
        return html(Buffer.from('<meta charset="windows-1252"><p>gr\xfcn</p>', "latin1").toString("latin1"));
      return new Response("plain", { headers: { "content-type": "text/plain" } });
    });
    expect((await read(web, "/json")).text).toBe('{"a":"<b>"}');
    expect((await read(web, "/latin")).text).toBe("gün");
    expect((await read(web)).text).toBe("plain");
  });

  test("is refused where it is no text, and where the server says no", async () => {
    await using web = site((_, { pathname }) => {
      if (pathname === "/404") return new Response("gone", { status: 404 });
      const type = pathname === "/png" ? "image/png" : "application/octet-stream";
      return new Response(new Uint8Array(1_000), { headers: { "content-type": type } });
    });
    expect(await refusal(read(web, "/png"))).toBe("not text");
    expect(await refusal(read(web, "/bin"))).toBe("not text");
    expect(await refusal(read(web, "/404"))).toBe("answered 404");
  });
});

describe("where it leads", () => {
  test("every redirect is looked at: inside, other schemes, loops", async () => {
    const targets: Record<string, string> = {
      "/metadata": "http://169.254.169.254/latest/",
      "/loopback": "http://127.0.0.1:9500/",
      "/decimal": "http://2130706433/",
      "/six": "http://[::1]/",
      "/file": "file:///etc/passwd",
      "/name": "http://inside.test/",
      "/loop": "/loop",
      "/ok": "/here",
    };
    await using web = site(
      (_, { pathname }) =>
        targets[pathname]
          ? new Response("moved", { status: 302, headers: { location: targets[pathname]! } })
          : new Response("here", { headers: { "content-type": "text/plain" } }),
      { "inside.test": ["10.0.0.1"] },
    );
    for (const path of ["/metadata", "/loopback", "/decimal", "/six", "/name"])
      expect([path, await refusal(read(web, path))]).toEqual([path, "refused: private address"]);
    expect(await refusal(read(web, "/file"))).toBe("refused: not http");
    expect(await refusal(read(web, "/loop"))).toBe("too many redirects");
    expect(await read(web, "/ok")).toMatchObject({ text: "here", url: web.url("/here") });
  });

  test("a name that leads elsewhere at the second look is connected to where the first look said", async () => {
    const looks: string[] = [];
    await using web = site(() => new Response("first", { headers: { "content-type": "text/plain" } }), {
      "rebind.test": () => {
        looks.push("look");
        return looks.length === 1 ? ["127.0.0.1"] : ["10.0.0.1"];
      },
    });
    const url = `http://rebind.test:${web.port}/`;
    const page = await fetchPage(url, false, { reach: web.reach, readable }, signal);
    expect(page.text).toBe("first");
    // One look, one connection: nobody asked for the name again.
    expect(looks).toHaveLength(1);
    expect(web.seen).toEqual([{ host: `rebind.test:${web.port}`, path: "/" }]);
    expect(await refusal(fetchPage(url, false, { reach: web.reach, readable }, signal))).toBe(
      "refused: private address",
    );
    expect(web.seen).toHaveLength(1);
  });

  test("a certificate is that of the name, although the connection goes to an address", async () => {
    const dir = await mkdtemp(join(tmpdir(), "boo-tls-"));
    const made = Bun.spawnSync(
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=name.test -addext subjectAltName=DNS:name.test".split(
        " ",
      ),
      { cwd: dir, stderr: "pipe" },
    );
    expect(made.exitCode).toBe(0);
    const tls = { key: await Bun.file(join(dir, "k.pem")).text(), cert: await Bun.file(join(dir, "c.pem")).text() };
    await using web = site(
      () => new Response("secret", { headers: { "content-type": "text/plain" } }),
      { "other.test": ["127.0.0.1"] },
      tls,
    );
    expect((await read(web)).text).toBe("secret");
    const wrong = fetchPage(`https://other.test:${web.port}/`, false, { reach: web.reach, readable }, signal);
    await expect(wrong).rejects.toThrow("certificate is not valid");
    const { ca: _, ...untrusting } = web.reach;
    await expect(fetchPage(web.url(), false, { reach: untrusting, readable }, signal)).rejects.toThrow("certificate");
    await rm(dir, { recursive: true });
  });
});

describe("what it costs", () => {
  test("size is what comes out: a bomb is cut at the limit, whatever packs it", async () => {
    const zeros = Buffer.alloc(120_000_000, 48);
    const packed: Record<string, Uint8Array> = {
      gzip: zlib.gzipSync(zeros, { level: 9 }),
      br: zlib.brotliCompressSync(zeros, {
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 },
      }),
      deflate: zlib.deflateSync(zeros, { level: 9 }),
    };
    await using web = site((_, { pathname }) => {
      const encoding = pathname.slice(1);
      const body = packed[encoding] ?? zlib.gzipSync("x");
      return new Response(body as never, { headers: { "content-type": "text/plain", "content-encoding": encoding } });
    });
    const before = process.memoryUsage().rss;
    for (const encoding of ["gzip", "br", "deflate"]) {
      const page = await read(web, `/${encoding}`);
      expect([encoding, page.cut, page.text.length]).toEqual([encoding, true, 5_000_000]);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
    expect(await refusal(read(web, "/zstd"))).toBe("unknown encoding");
  }, 60_000);

  test("a body without end is cut, one that is packed wrongly is told of", async () => {
    await using web = site((_, { pathname }) => {
      if (pathname === "/broken")
        return new Response("no gzip at all", {
          headers: { "content-type": "text/plain", "content-encoding": "gzip" },
        });
      const endless = new ReadableStream({
        async pull(controller) {
          controller.enqueue(new Uint8Array(65_536).fill(97));
        },
      });
      return new Response(endless, { headers: { "content-type": "text/plain" } });
    });
    expect((await read(web)).cut).toBe(true);
    expect(await refusal(read(web, "/broken"))).toBe("cannot be reached");
  }, 30_000);

  test("one that never answers, or trickles, is left when its time is up; a stop is a stop", async () => {
    await using web = site((_, { pathname }) => {
      if (pathname === "/never") return new Promise<Response>(() => {});
      const trickle = new ReadableStream({
        async pull(controller) {
          await Bun.sleep(50);
          controller.enqueue(new TextEncoder().encode("x"));
        },
      });
      return new Response(trickle, { headers: { "content-type": "text/plain" } });
    });
    const get = (path: string, timeout_ms: number, stop = signal) =>
      getPublic(web.url(path), { reach: web.reach, limit_bytes: 1_000_000, timeout_ms, signal: stop, accept: "*/*" });
    expect(await refusal(get("/never", 300))).toBe("no answer in time");
    expect(await refusal(get("/trickle", 300))).toBe("no answer in time");
    const stop = new AbortController();
    const going = get("/trickle", 20_000, stop.signal);
    setTimeout(() => stop.abort(new Error("stopped by hand")), 200);
    await expect(going).rejects.toThrow("stopped by hand");
  }, 30_000);

  test("markup that would break what reads it costs its thread and no more", async () => {
    const pages: Record<string, string> = {
      "/deep": `${"<div>".repeat(100_000)}deep text`,
      "/tables": `${"<table><tr><td>".repeat(3_000)}x`,
      "/links": '<a href="x">'.repeat(50_000),
      "/attributes": `<p ${"a=1 ".repeat(200_000)}>attributes</p>`,
      "/null": `${"\0".repeat(1_000)}<p>null</p>`,
    };
    await using web = site((_, { pathname }) => html(pages[pathname] ?? ARTICLE));
    for (const path of Object.keys(pages)) {
      let longest = 0;
      let last = performance.now();
      const ticking = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }, 10);
      await read(web, path).catch(() => {});
      clearInterval(ticking);
      expect([path, longest < 5_000]).toEqual([path, true]);
    }
    expect((await read(web, "/deep")).text).toContain("deep text");
    expect((await read(web, "/article")).article).toBe(true);
  }, 90_000);
});
