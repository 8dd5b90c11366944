/**
 * providers.json in the data directory: agents of one's own, and what is different about the built-in ones. A file that
 * cannot be read never stops anything: it is told of, and what is built in goes on.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { OWN_WAYS, PROVIDER_ID } from "../../domain/provider.ts";
import { splitCommand } from "../../lib/command-line.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { explainIssue } from "../../lib/zod-message.ts";
import { ENV_NAME, refusedRef } from "../env-refs.ts";
import { replaceOwnFile } from "../own-file.ts";

export const PROVIDERS_FILE = "providers.json";
const FILE_LIMIT_BYTES = 200_000;
export const LABEL_LIMIT_CHARS = 60;

const command = z
  .union([z.string().max(2_000), z.array(z.string().max(2_000)).min(1).max(100)])
  .transform((given, ctx) => {
    const words = typeof given === "string" ? splitCommand(given) : given;
    if (words === null) {
      ctx.addIssue({ code: "custom", message: "must be a program with its arguments; a quote may be open" });
      return z.NEVER;
    }
    return words;
  });
const env = z.record(z.string().regex(ENV_NAME, "must be a name"), z.string().max(8_000)).superRefine((all, ctx) => {
  for (const value of Object.values(all)) {
    const refused = refusedRef(value);
    if (refused !== null) ctx.addIssue({ code: "custom", message: `may not use {env:${refused}}` });
  }
});

export const Entry = z.object({
  id: z.string().regex(PROVIDER_ID, "has small letters, digits and dashes, and begins with a letter"),
  label: z.string().trim().min(1).max(LABEL_LIMIT_CHARS).optional(),
  command: command.optional(),
  env: env.optional(),
  enabled: z.boolean().optional(),
  /** How the command is spoken to; "acp" when nothing is said. */
  way: z.enum(OWN_WAYS).optional(),
});
export type ProviderEntry = z.output<typeof Entry>;
const File = z.object({ providers: z.array(z.unknown()).max(200) });

export interface ProvidersFile {
  entries: ProviderEntry[];
  /** A sentence about the file, or about entries that were left out. */
  error: string | null;
}

interface Read extends ProvidersFile {
  stamp: string;
  /** The file as it is, for writing it again; null when it is no list of providers. */
  raw: { providers: unknown[]; [key: string]: unknown } | null;
}

const read = new Map<string, Read>();

/** Looked at anew whenever the file changed; costs one stat otherwise. Never throws. */
export async function readProvidersFile(home: string): Promise<ProvidersFile> {
  return load(home);
}

/**
 * Changes one entry, or adds it; `change` gets what the file says now. Throws conflict when the file cannot be read: what
 * somebody wrote there by hand is not thrown away.
 */
export async function writeProvider(
  home: string,
  id: string,
  change: (entry: ProviderEntry | null) => ProviderEntry | null,
): Promise<void> {
  const { raw, entries, error } = await load(home);
  if (raw === null) throw new AppError("conflict", `${error} Mend or remove the file first.`);
  const at = raw.providers.findIndex((p) => (p as { id?: unknown } | null)?.id === id);
  const next = change(entries.find((e) => e.id === id) ?? null);
  const providers = [...raw.providers];
  if (next === null) {
    if (at >= 0) providers.splice(at, 1);
  } else if (at >= 0) providers[at] = { ...(providers[at] as object), ...next };
  else providers.push(next);
  await replaceOwnFile(join(home, PROVIDERS_FILE), `${JSON.stringify({ ...raw, providers }, null, 2)}\n`);
  read.delete(home);
}

async function load(home: string): Promise<Read> {
  const path = join(home, PROVIDERS_FILE);
  const stats = await stat(path).catch(() => null);
  const stamp = stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs}` : "";
  const known = read.get(home);
  if (known?.stamp === stamp) return known;
  const fresh = { stamp, ...(stats ? await parse(path, stats.size) : NO_FILE) };
  read.set(home, fresh);
  return fresh;
}
const NO_FILE = { entries: [], error: null, raw: { providers: [] } };

async function parse(path: string, size: number): Promise<Omit<Read, "stamp">> {
  const bad = (why: string) => ({ entries: [], error: `${PROVIDERS_FILE} ${why}.`, raw: null });
  if (size > FILE_LIMIT_BYTES) return bad(`is larger than ${FILE_LIMIT_BYTES / 1000} kB`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    return bad(`cannot be read: ${messageOf(error)}`);
  }
  const file = File.safeParse(value);
  if (!file.success) return bad('is not { "providers": [ … ] }');
  const entries = new Map<string, ProviderEntry>();
  const wrong: string[] = [];
  file.data.providers.forEach((given, i) => {
    const one = Entry.safeParse(given);
    const name = (given as { id?: unknown } | null)?.id;
    if (one.success) entries.set(one.data.id, one.data);
    else wrong.push(`${typeof name === "string" ? name : `number ${i + 1}`}: ${explainIssue(one.error).message}`);
  });
  const error = wrong.length > 0 ? `${PROVIDERS_FILE}: left out ${wrong.join(" ")}` : null;
  return { entries: [...entries.values()], error, raw: value as Read["raw"] };
}
