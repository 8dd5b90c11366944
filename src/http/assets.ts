/**
 * What pages load: `app.css` and `app.js` (joined from small files, in the order of order.json) and the other files of
 * public/. A URL carries the hash of its content and is cached for ever; compression is done once, when first asked.
 */
import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { notFound } from "../lib/errors.ts";
import { compressSmall, type Encoding, pickEncoding } from "./compress.ts";

const PUBLIC = resolve(import.meta.dir, "../../public");
const PREFIX = "/assets/";
const HASH_CHARS = 10;
const YEAR_S = 31_536_000;
const MIN_COMPRESS_BYTES = 512;

/** Scripts of packages that every page needs, before our own. */
const PACKAGES = ["htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"];

/** Loaded by pages that show a terminal: packages first, then our own files of that directory. */
const TERMINAL_SCRIPTS = [
  "@xterm/xterm/lib/xterm.js",
  ...["fit", "search", "unicode11", "web-links", "webgl"].map((addon) => `@xterm/addon-${addon}/lib/addon-${addon}.js`),
];
const TERMINAL_STYLE = "@xterm/xterm/css/xterm.css";

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
const COMPRESSIBLE = new Set([".css", ".js", ".svg", ".wasm", ".webmanifest"]);

export interface Assets {
  /** URL with the content's hash. A name that does not exist gives a URL that is not found: a page never fails for an icon. */
  url(name: string): string;
  /** Answers `/assets/<name>.<hash>.<ext>`; an old hash or none is sent to the current one. */
  serve(request: Request): Promise<Response>;
  /** Hash over all assets: pages of another build reload. */
  build: string;
}

interface Asset {
  name: string;
  url: string;
  bytes: Uint8Array<ArrayBuffer>;
  hash: string;
  type: string;
  packed: Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>;
}

/** Reads all assets (some 300 kB). With `dev`, looks at the files again when one of them changed. */
export async function loadAssets(options: { dev?: boolean; dir?: string } = {}): Promise<Assets> {
  const dir = options.dir ?? PUBLIC;
  let current = readAll(dir);
  let stamp = options.dev ? newest(dir) : 0;
  const all = () => {
    if (!options.dev) return current;
    const now = newest(dir);
    if (now !== stamp) [current, stamp] = [readAll(dir), now];
    return current;
  };
  return {
    url(name) {
      return all().get(name)?.url ?? `${PREFIX}${name}`;
    },
    serve: (request) => serve(all(), request),
    get build() {
      return hashOf([...all().values()].map((asset) => asset.hash).join());
    },
  };
}

async function serve(all: ReadonlyMap<string, Asset>, request: Request): Promise<Response> {
  const path = decodePath(new URL(request.url).pathname.slice(PREFIX.length));
  const { name, hash } = splitHash(path);
  const asset = all.get(name) ?? all.get(path);
  if (!asset) throw notFound("file");
  if (asset.hash !== hash)
    return new Response(null, { status: 302, headers: { location: asset.url, "cache-control": "no-cache" } });
  const encoding = isCompressible(asset) ? pickEncoding(request, ["br", "zstd", "gzip"]) : null;
  const etag = `"${asset.hash}${encoding ? `-${encoding}` : ""}"`;
  const headers: Record<string, string> = {
    "content-type": asset.type,
    "cache-control": `public, max-age=${YEAR_S}, immutable`,
    vary: "Accept-Encoding",
    etag,
  };
  if (matches(request, etag)) return new Response(null, { status: 304, headers });
  if (!encoding) return new Response(asset.bytes, { headers });
  return new Response(await packed(asset, encoding), { headers: { ...headers, "content-encoding": encoding } });
}

const isCompressible = (asset: Asset) =>
  COMPRESSIBLE.has(extname(asset.name)) && asset.bytes.length >= MIN_COMPRESS_BYTES;

function packed(asset: Asset, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  const kept = asset.packed.get(encoding);
  if (kept) return kept;
  const made = compressSmall(asset.bytes, encoding);
  asset.packed.set(encoding, made);
  return made;
}

function matches(request: Request, etag: string): boolean {
  const seen = request.headers.get("if-none-match");
  return seen?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) ?? false;
}

/** `icons/ghost.0123456789.svg` is `icons/ghost.svg` with that hash. */
function splitHash(path: string): { name: string; hash: string | null } {
  const match = /^(.*)\.([0-9a-f]{10})(\.[a-z0-9]+)$/.exec(path);
  return match ? { name: match[1]! + match[3]!, hash: match[2]! } : { name: path, hash: null };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function readAll(dir: string): Map<string, Asset> {
  const all = new Map<string, Asset>();
  const add = (name: string, content: Uint8Array | string) => all.set(name, toAsset(name, content));
  const scripts = order(join(dir, "js"));
  for (const name of filesUnder(dir)) {
    if (
      /^css\//.test(name) ||
      name.startsWith("js/terminal/") ||
      (name.startsWith("js/") && scripts.includes(basename(name))) ||
      name.endsWith("order.json")
    )
      continue;
    if (TYPES[extname(name)] && extname(name) !== ".webmanifest") add(name, readFileSync(join(dir, name)));
  }
  // These name other assets, so they come after them.
  add(
    "app.css",
    linked(
      order(join(dir, "css"))
        .map((file) => readText(join(dir, "css", file)))
        .join("\n"),
      all,
    ),
  );
  add(
    "app.js",
    [...PACKAGES.map(readPackage), ...scripts.map((file) => readText(join(dir, "js", file)))].map(asScript).join("\n"),
  );
  const terminal = join(dir, "js/terminal");
  add(
    "terminal.js",
    [...TERMINAL_SCRIPTS.map(readPackage), ...order(terminal).map((file) => readText(join(terminal, file)))]
      .map(asScript)
      .join("\n"),
  );
  add("terminal.css", readPackage(TERMINAL_STYLE));
  for (const name of filesUnder(dir))
    if (name.endsWith(".webmanifest")) add(name, linked(readText(join(dir, name)), all));
  return all;
}

function toAsset(name: string, content: Uint8Array | string): Asset {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
  const hash = hashOf(bytes);
  const ext = extname(name);
  return {
    name,
    url: `${PREFIX}${name.slice(0, -ext.length)}.${hash}${ext}`,
    bytes,
    hash,
    type: TYPES[ext]!,
    packed: new Map(),
  };
}

const hashOf = (content: Uint8Array | string) =>
  new Bun.CryptoHasher("sha256").update(content).digest("hex").slice(0, HASH_CHARS);

/** `/assets/icons/x.png` in a style sheet or manifest becomes the URL with the hash. */
function linked(text: string, all: ReadonlyMap<string, Asset>): string {
  return text.replace(/\/assets\/([\w./-]+)/g, (whole, name: string) => all.get(name)?.url ?? whole);
}

/** One script must not swallow the next: each ends its statement, and none points at a source map we do not serve. */
const asScript = (text: string) => `${text.replace(/^\/\/# sourceMappingURL=.*$/gm, "").trimEnd()}\n;`;

/** Files named in order.json that exist. */
function order(dir: string): string[] {
  const names = JSON.parse(readText(join(dir, "order.json")) || "[]") as string[];
  return names.filter((name) => statSync(join(dir, name), { throwIfNoEntry: false })?.isFile());
}

const readText = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : "";
const readPackage = (name: string) => readFileSync(Bun.resolveSync(name, import.meta.dir), "utf8");

/** Names relative to `dir`, with slashes, sorted. */
function filesUnder(dir: string): string[] {
  return entriesUnder(dir)
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}

function entriesUnder(dir: string): Dirent[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true });
}

/** Changes when a file is written, added or removed. */
function newest(dir: string): number {
  return filesUnder(dir).reduce((sum, name) => sum + statSync(join(dir, name)).mtimeMs, 0);
}
