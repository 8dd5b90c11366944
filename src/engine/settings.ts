/** Settings made in the page. Those from the environment are in config.ts and cannot be changed here. */

import { z } from "zod";
import type { Sql } from "../db/sql.ts";
import { DESK } from "../domain/event.ts";
import { DENSITIES, type Density, FONT_SIZES, type FontSize, THEMES, type Theme } from "../domain/page.ts";
import {
  checkShell,
  FONT_PX,
  LINES_CHARS_MAX,
  readEnvironment,
  readTargets,
  SCROLLBACK,
  TERMINAL_DEFAULTS,
  type TerminalSettings,
} from "../domain/terminal-settings.ts";
import { invalid } from "../lib/errors.ts";
import { readAllSettings, writeSetting } from "../store/settings.ts";
import { type Core, transact } from "./core.ts";
import { CHAT_LIMITS, TOOL_CALLS_MAX } from "./turn/limits.ts";

export interface Settings extends TerminalSettings {
  theme: Theme;
  density: Density;
  font_size: FontSize;
  /** Set once the first-run page was left on purpose. */
  onboarded: boolean;
  /** Models for new chats and for small work; null takes DEFAULT_MODEL and FAST_MODEL, then the endpoint's first. */
  default_model: string | null;
  fast_model: string | null;
  /** Model calls and tool calls in one run. */
  steps: number;
  tool_calls: number;
  /** Minutes after which a request without an answer counts as refused; 0 waits as long as it takes. */
  ask_minutes: number;
  /** Address of a SearXNG for web_search; null: there is no such tool. */
  searxng_url: string | null;
}

/** A week. */
export const ASK_MINUTES_MAX = 7 * 24 * 60;

/** What may be stored; anything else in the table reads as the default. */
const FIELDS = {
  theme: z.enum(THEMES).catch("system"),
  density: z.enum(DENSITIES).catch("dense"),
  font_size: z.enum(FONT_SIZES).catch("normal"),
  onboarded: z.boolean().catch(false),
  default_model: z.string().min(1).max(300).nullable().catch(null),
  fast_model: z.string().min(1).max(300).nullable().catch(null),
  steps: z.number().int().min(1).max(CHAT_LIMITS.steps).catch(CHAT_LIMITS.steps),
  tool_calls: z.number().int().min(1).max(TOOL_CALLS_MAX).catch(CHAT_LIMITS.tool_calls),
  ask_minutes: z.number().min(0).max(ASK_MINUTES_MAX).catch(0),
  searxng_url: z.string().min(1).max(500).nullable().catch(null),
  terminal_shell: z.string().max(400).nullable().catch(TERMINAL_DEFAULTS.terminal_shell),
  terminal_env: z.string().max(LINES_CHARS_MAX).catch(TERMINAL_DEFAULTS.terminal_env),
  terminal_targets: z.string().max(LINES_CHARS_MAX).catch(TERMINAL_DEFAULTS.terminal_targets),
  terminal_font_px: z.number().min(FONT_PX.min).max(FONT_PX.max).catch(TERMINAL_DEFAULTS.terminal_font_px),
  terminal_scrollback: z
    .number()
    .int()
    .min(SCROLLBACK.min)
    .max(SCROLLBACK.max)
    .catch(TERMINAL_DEFAULTS.terminal_scrollback),
} satisfies Record<keyof Settings, z.ZodType>;

/** Made once: each making of it compiles it anew. */
const STORED = z.object(FIELDS);

/** In memory, because every page, run and swap asks for them; the lock on the database sees to it that only we write them. */
export class KnownSettings {
  private known = STORED.parse({});
  private reads = 0;
  private stale = false;

  constructor(private readonly sql: Sql) {}

  get now(): Settings {
    if (this.stale) void this.renew().catch(() => {});
    return this.known;
  }

  /** At the start, and after a change was committed. Of two reads that overlap, the one that began later saw more. */
  async renew(): Promise<Settings> {
    const read = ++this.reads;
    this.stale = false;
    try {
      const settings = STORED.parse(await readAllSettings(this.sql));
      if (read === this.reads) this.known = settings;
      return settings;
    } catch (error) {
      this.stale = true;
      throw error;
    }
  }
}

/** The default model as it is set in the page, else in the environment. */
export function defaultsOf(core: Pick<Core, "config" | "settings">): { default_model: string | undefined } {
  return { default_model: core.settings.now.default_model ?? core.config.default_model };
}

export async function changeSettings(core: Core, given: Partial<Settings>): Promise<Settings> {
  const change = { ...given };
  if (change.terminal_shell !== undefined) change.terminal_shell = checkShell(change.terminal_shell);
  if (change.searxng_url) change.searxng_url = checkAddress(change.searxng_url);
  if (change.terminal_env !== undefined) readEnvironment(change.terminal_env);
  if (change.terminal_targets !== undefined) readTargets(change.terminal_targets);
  await transact(core, async (tx, emit) => {
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) continue;
      await writeSetting(tx, key, value);
      emit({ topic: DESK, kind: "setting.changed", payload: { key } });
    }
  });
  return core.settings.renew();
}

function checkAddress(given: string): string {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw invalid("That is no address of a SearXNG.", "searxng_url");
  return url.href.replace(/[?#].*$/, "").replace(/\/search\/?$/, "/");
}
