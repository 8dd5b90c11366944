/** `/chats/1.json` is `/chats/1` as JSON, `/changes/1.patch` for `git apply`. Paths that end so by themselves (files, /openapi.json) are left alone. */
const SUFFIXES = { ".json": "json", ".md": "markdown", ".patch": "patch" } as const;
type Suffix = (typeof SUFFIXES)[keyof typeof SUFFIXES];

export interface SuffixRules {
  literal: ReadonlySet<string>;
  wildcards: readonly RegExp[];
}

/** From the route table: literal routes and routes with a `*` take their path as it is. */
export function suffixRules(routes: readonly { path: string }[]): SuffixRules {
  const wildcards = routes
    .filter((route) => route.path.endsWith("*"))
    .map(
      (route) =>
        new RegExp(
          `^${route.path
            .slice(0, -1)
            .split("/")
            .map((part) => (part.startsWith(":") ? "[^/]+" : literally(part)))
            .join("/")}`,
        ),
    );
  return { literal: new Set(routes.filter((route) => !/[:*]/.test(route.path)).map((route) => route.path)), wildcards };
}

/** The URL without its suffix, and which one it was. */
export function splitSuffix(url: string, rules: SuffixRules): { url: string; suffix: Suffix | null } {
  const end = url.search(/[?#]/);
  const whole = end === -1 ? url : url.slice(0, end);
  const path = new URL(whole).pathname;
  for (const [ending, suffix] of Object.entries(SUFFIXES) as [string, Suffix][]) {
    if (!whole.endsWith(ending) || rules.literal.has(path) || rules.wildcards.some((w) => w.test(path))) continue;
    return { url: whole.slice(0, -ending.length) + (end === -1 ? "" : url.slice(end)), suffix };
  }
  return { url, suffix: null };
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
