/** What the page and the API write into providers.json: agents of one's own, and what is different about a built-in one. */
import { type OwnWay, PROVIDER_ID, type Provider } from "../../domain/provider.ts";
import { splitCommand } from "../../lib/command-line.ts";
import { conflict, invalid, notFound } from "../../lib/errors.ts";
import { Entry, type ProviderEntry, writeProvider } from "./file.ts";
import { findProvider, findSpec, type RegistryCore } from "./registry.ts";

export interface NewProvider {
  id: string;
  label?: string | undefined;
  command: string;
  /** Lines of NAME=value. */
  env?: string | Record<string, string> | undefined;
  way?: OwnWay | undefined;
}

/** Adds an agent of one's own to providers.json. Throws invalid naming the field; conflict when the name is taken. */
export async function addProvider(core: RegistryCore, input: NewProvider): Promise<Provider> {
  const id = input.id.trim();
  if (!PROVIDER_ID.test(id))
    throw invalid("A name has small letters, digits and dashes, begins with a letter, and has at most 40.", "id");
  if (await findProvider(core, id)) throw conflict(`There is a provider "${id}" already.`);
  const entry = entryOf({
    id,
    ...(input.label?.trim() && { label: input.label.trim() }),
    command: input.command,
    env: readEnv(input.env),
    ...(input.way && input.way !== "acp" && { way: input.way }),
  });
  await writeProvider(core.config.home, id, () => entry);
  return (await findProvider(core, id))!;
}

export interface ChangeProvider {
  enabled?: boolean | undefined;
  label?: string | undefined;
  /** Empty takes the built-in one again. */
  command?: string | undefined;
  env?: string | Record<string, string> | undefined;
  way?: OwnWay | undefined;
}

/** Switches on and off, and changes how it is started. */
export async function changeProvider(core: RegistryCore, id: string, change: ChangeProvider): Promise<Provider> {
  const provider = await findProvider(core, id);
  if (!provider) throw notFound("provider");
  if (provider.source === "native") throw conflict("The native loop is always there.");
  await writeProvider(core.config.home, id, (before) => {
    const next: Record<string, unknown> = { ...before, id };
    if (change.enabled !== undefined) next.enabled = change.enabled;
    if (change.label?.trim()) next.label = change.label.trim();
    if (change.command !== undefined) next.command = change.command.trim() || undefined;
    if (change.env !== undefined) next.env = readEnv(change.env);
    if (change.way !== undefined) next.way = change.way === "acp" ? undefined : change.way;
    if (provider.source === "file" && !next.command)
      throw invalid("A provider of your own needs a command.", "command");
    return entryOf(next);
  });
  return (await findProvider(core, id))!;
}

/** Takes one's own provider out of the file; a built-in one only forgets what was different. */
export async function removeProvider(core: RegistryCore, id: string): Promise<void> {
  const spec = await findSpec(core, id);
  if (!spec) throw notFound("provider");
  await writeProvider(core.config.home, id, () => null);
}

function entryOf(given: Record<string, unknown>): ProviderEntry {
  if (typeof given.command === "string" && splitCommand(given.command) === null)
    throw invalid("The command must be a program with its arguments; a quote may be open.", "command");
  const read = Entry.safeParse(given);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw invalid(
    `${issue?.path.join(".") || "The entry"}: ${issue?.message ?? "not valid"}.`,
    String(issue?.path[0] ?? "id"),
  );
}

/** Lines of NAME=value, as a page's field has them. */
function readEnv(given: string | Record<string, string> | undefined): Record<string, string> | undefined {
  if (given === undefined || typeof given === "object") return given;
  const env: Record<string, string> = {};
  for (const line of given.split("\n").map((l) => l.trim())) {
    if (line === "") continue;
    const cut = line.indexOf("=");
    if (cut < 1) throw invalid(`"${line.slice(0, 40)}" is not NAME=value.`, "env");
    env[line.slice(0, cut).trim()] = line.slice(cut + 1).trim();
  }
  return env;
}
