/** What a project is built with, by its manifests, its file names, and lines that declare routes. */
import { z } from "zod";
import type { Frameworks } from "../../domain/code-answers.ts";
import { type Ecosystem, ENTRY_FILES, frameworkKind, ROUTE_PATTERN, TELLING_FILES } from "../../domain/frameworks.ts";
import { readTexts } from "../../drivers/code/read.ts";
import { searchFiles } from "../../drivers/files/ripgrep.ts";
import { dependenciesOf } from "../../lib/manifests.ts";
import { oneLine } from "../../lib/text.ts";
import { filesNamed } from "../../store/code-search.ts";
import { tolerant } from "./import-settings.ts";
import { type Asker, type Place, placeOf } from "./place.ts";

const MANIFESTS =
  "(^|/)(package\\.json|composer\\.json|Cargo\\.toml|pyproject\\.toml|Pipfile|requirements[\\w.-]*\\.txt|setup\\.(py|cfg)|go\\.mod|Gemfile|pom\\.xml|build\\.gradle(\\.kts)?|[^/]+\\.(cs|fs|vb)proj)$";
const MANIFESTS_MAX = 60;
const TELLING_MAX = 400;
const SCRIPTS_MAX = 30;
const ENTRIES_MAX = 20;
const ROUTES_MAX = 60;
const COMMAND_LIMIT_CHARS = 120;
const ROUTE_LIMIT_CHARS = 140;

export async function frameworks(asker: Asker, signal: AbortSignal): Promise<Frameworks> {
  const place = await placeOf(asker, "", signal);
  const { sql } = asker.core;
  const [manifests, telling, entries, routes] = await Promise.all([
    filesNamed(sql, place.tree, MANIFESTS, MANIFESTS_MAX),
    filesNamed(sql, place.tree, anyOf(TELLING_FILES.map(([pattern]) => pattern)), TELLING_MAX),
    filesNamed(sql, place.tree, anyOf(ENTRY_FILES.map(([pattern]) => pattern)), ENTRIES_MAX),
    routesOf(place, signal),
  ]);
  const texts = await readTexts(place.root, manifests);
  return {
    state: place.state,
    found: [...byPackages(texts), ...byFiles(telling)],
    manifests,
    scripts: scriptsOf(texts),
    entries: entries.map((path) => ({ path, why: ENTRY_FILES.find(([pattern]) => pattern.test(path))?.[1] ?? "" })),
    ...routes,
  };
}

const anyOf = (patterns: readonly RegExp[]) => patterns.map(({ source }) => `(${source})`).join("|");

function byPackages(texts: ReadonlyMap<string, string>): Frameworks["found"] {
  const found = new Map<string, Frameworks["found"][number]>();
  for (const [path, text] of texts) {
    const ecosystem = ecosystemOf(path);
    for (const { name, version } of dependenciesOf(path, text) ?? []) {
      const kind = frameworkKind(ecosystem, name);
      // The manifest that is nearest to the top comes first.
      if (kind && !found.has(`${ecosystem} ${name}`))
        found.set(`${ecosystem} ${name}`, { name, kind, version: oneLine(version, 40), evidence: path });
    }
  }
  return [...found.values()].sort((a, b) => (a.kind === b.kind ? 0 : a.kind < b.kind ? -1 : 1));
}

function ecosystemOf(path: string): Ecosystem {
  if (path.endsWith("package.json")) return "npm";
  if (path.endsWith("composer.json")) return "php";
  if (path.endsWith("Cargo.toml")) return "rust";
  if (path.endsWith("go.mod")) return "go";
  if (path.endsWith("Gemfile")) return "ruby";
  if (/(pom\.xml|build\.gradle(\.kts)?)$/.test(path)) return "java";
  return path.endsWith("proj") ? "dotnet" : "python";
}

function byFiles(paths: readonly string[]): Frameworks["found"] {
  return TELLING_FILES.flatMap(([pattern, name, kind]) => {
    const path = paths.find((one) => pattern.test(one));
    return path === undefined ? [] : [{ name, kind, version: "", evidence: path }];
  });
}

const scripted = z.object({ scripts: z.record(z.string(), z.string()) });

function scriptsOf(texts: ReadonlyMap<string, string>): Frameworks["scripts"] {
  return [...texts]
    .filter(([path]) => path.endsWith("package.json") || path.endsWith("composer.json"))
    .flatMap(([path, text]) => {
      const read = scripted.safeParse(tolerant(() => JSON.parse(text)));
      if (!read.success) return [];
      return Object.entries(read.data.scripts).map(([name, command]) => ({
        name,
        command: oneLine(command, COMMAND_LIMIT_CHARS),
        path,
      }));
    })
    .slice(0, SCRIPTS_MAX);
}

async function routesOf(place: Place, signal: AbortSignal): Promise<Pick<Frameworks, "routes" | "more_routes">> {
  const found = await searchFiles(
    { root: place.root, grants: [] },
    {
      pattern: ROUTE_PATTERN,
      path: "",
      glob: "*.{ts,tsx,js,jsx,mjs,cjs,py,go,rs,java,kt,cs,rb,php}",
      literal: false,
      ignore_case: false,
      context: 0,
      ignored: false,
      signal,
    },
  );
  const routes = found.files
    .filter(
      ({ path }) => !/(^|\/)(tests?|specs?|__tests__|fixtures|node_modules|vendor)\/|[._](test|spec)\./.test(path),
    )
    .flatMap(({ path, lines }) =>
      lines.map(({ number, text }) => ({ path, line: number, text: oneLine(text, ROUTE_LIMIT_CHARS) })),
    );
  return { routes: routes.slice(0, ROUTES_MAX), more_routes: routes.length > ROUTES_MAX || found.truncated };
}
