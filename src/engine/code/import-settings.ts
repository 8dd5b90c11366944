/** What a project's manifests say about the names that its files import each other by. They are anybody's text: what does not read is left out. */
import { z } from "zod";
import type { Sql } from "../../db/sql.ts";
import { directoryOf, type ImportSettings, joined } from "../../domain/code-imports.ts";
import { readTexts } from "../../drivers/code/read.ts";
import { filesCalled } from "../../store/code-search.ts";

/** Those nearest to the top; a repository has not many more. */
const MANIFESTS_MAX = 200;
const CALLED = "package.json tsconfig.json tsconfig.base.json tsconfig.app.json jsconfig.json go.mod Cargo.toml".split(
  " ",
);

const packageJson = z.object({
  name: z.string().optional(),
  main: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  types: z.string().optional().catch(undefined),
  source: z.string().optional().catch(undefined),
});
const tsconfig = z.object({
  compilerOptions: z.object({
    baseUrl: z.string().optional(),
    paths: z.record(z.string(), z.array(z.string())).optional(),
  }),
});
const cargo = z.object({ package: z.object({ name: z.string() }) });

export async function importSettings(sql: Sql, tree: number, root: string): Promise<ImportSettings> {
  const settings: ImportSettings = { aliases: [], packages: new Map(), crates: new Map(), modules: [] };
  const texts = await readTexts(root, await filesCalled(sql, tree, CALLED, MANIFESTS_MAX));
  for (const [path, text] of texts) {
    const directory = directoryOf(path);
    if (path.endsWith("package.json")) takePackage(settings, directory, text);
    else if (path.endsWith("go.mod")) takeModule(settings, directory, text);
    else if (path.endsWith("Cargo.toml")) takeCrate(settings, directory, text);
    else takeAliases(settings, directory, text);
  }
  settings.aliases.sort((a, b) => b.directory.length - a.directory.length);
  settings.modules.sort((a, b) => b.name.length - a.name.length);
  return settings;
}

function takePackage({ packages }: ImportSettings, directory: string, text: string): void {
  const read = packageJson.safeParse(tolerant(() => JSON.parse(text)));
  if (!read.success || !read.data.name || packages.has(read.data.name)) return;
  const { name, source, types, module, main } = read.data;
  packages.set(name, { directory, entries: [source, types, module, main].filter((entry) => entry !== undefined) });
}

function takeAliases({ aliases }: ImportSettings, directory: string, text: string): void {
  const read = tsconfig.safeParse(tolerant(() => Bun.JSONC.parse(text)));
  if (!read.success) return;
  const { baseUrl, paths } = read.data.compilerOptions;
  if (baseUrl === undefined && paths === undefined) return;
  const base = baseUrl === undefined ? null : joined(directory, baseUrl);
  aliases.push({ directory, base, paths: Object.entries(paths ?? {}) });
}

function takeModule({ modules }: ImportSettings, directory: string, text: string): void {
  const name = /^module\s+"?([^\s"]+)/m.exec(text)?.[1];
  if (name) modules.push({ name, directory });
}

function takeCrate({ crates }: ImportSettings, directory: string, text: string): void {
  const read = cargo.safeParse(tolerant(() => Bun.TOML.parse(text)));
  if (read.success) crates.set(read.data.package.name.replaceAll("-", "_"), directory);
}

/** Null for what does not parse. */
export function tolerant(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return null;
  }
}
