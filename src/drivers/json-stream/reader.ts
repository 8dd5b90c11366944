/** JSON streams of agents: lines of objects, of which each format makes events. */
import type { StreamFormat } from "../../domain/provider.ts";
import { claudeReader } from "./claude.ts";
import { codexReader } from "./codex.ts";
import { geminiReader } from "./gemini.ts";
import type { StreamReader } from "./shape.ts";

const READERS: Record<StreamFormat, () => StreamReader> = {
  claude: claudeReader,
  codex: codexReader,
  gemini: geminiReader,
};

/** A reader remembers what it read: one for each run. */
export const streamReader = (format: StreamFormat): StreamReader => READERS[format]();
