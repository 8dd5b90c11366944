#!/usr/bin/env bun
/**
 * Writes what the documentation takes from the code: the table of settings in docs/operations.md. A test checks that it
 * is current.
 *
 *   bun run docs
 */
import { SETTINGS } from "../src/config.ts";

export const OPERATIONS = new URL("../docs/operations.md", import.meta.url).pathname;
const BLOCK = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/;

/** A row a setting, in the order of src/config.ts. */
export function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(
    ({ env, default: value, about }: { env: string; default?: string; about: string }) => {
      return `| \`${env}\` | ${value === undefined ? "" : `\`${value}\``} | ${about.replaceAll("|", "\\|")} |`;
    },
  );
  return ["| setting | default | |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

export function withSettings(page: string): string {
  if (!BLOCK.test(page)) throw new Error("docs/operations.md has lost its <!-- settings --> markers");
  return page.replace(BLOCK, (_, open: string, close: string) => `${open}${settingsTable()}${close}`);
}

if (import.meta.main) await Bun.write(OPERATIONS, withSettings(await Bun.file(OPERATIONS).text()));
