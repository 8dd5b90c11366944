/** What a call of a tool may ask about code. */
import type { CodeAccess } from "../../domain/code-answers.ts";
import { dependencies } from "./dependencies.ts";
import { fileAnalysis, overview } from "./files.ts";
import { frameworks } from "./frameworks.ts";
import { neighborhood } from "./neighborhood.ts";
import type { Asker } from "./place.ts";
import { searchSymbols, symbolInfo } from "./symbols.ts";
import { watch } from "./watch.ts";

export const codeAccess = (asker: Asker): CodeAccess => ({
  overview: (path, signal) => overview(asker, path, signal),
  analyse: (path, signal) => fileAnalysis(asker, path, signal),
  search: (query, signal) => searchSymbols(asker, query, signal),
  symbol: (name, path, signal) => symbolInfo(asker, name, path, signal),
  dependencies: (path, depth, signal) => dependencies(asker, path, depth, signal),
  neighborhood: (path, limit, signal) => neighborhood(asker, path, limit, signal),
  frameworks: (signal) => frameworks(asker, signal),
  watch: (since, wait_ms, signal) => watch(asker, since, wait_ms, signal),
});
