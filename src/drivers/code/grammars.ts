/**
 * Grammars as the packages ship them, with what is looked for in a tree (queries/*.scm): a definition is captured by its
 * kind, with its @name in the same pattern. Loaded when the first file of their language comes.
 */
import { Language as Grammar, Parser, Query } from "web-tree-sitter";
import type { Language } from "../../domain/code.ts";
import bash from "./queries/bash.scm" with { type: "text" };
import c from "./queries/c.scm" with { type: "text" };
import cSharp from "./queries/c-sharp.scm" with { type: "text" };
import cpp from "./queries/cpp.scm" with { type: "text" };
import fieldDefinition from "./queries/field-definition.scm" with { type: "text" };
import go from "./queries/go.scm" with { type: "text" };
import java from "./queries/java.scm" with { type: "text" };
import javascript from "./queries/javascript.scm" with { type: "text" };
import php from "./queries/php.scm" with { type: "text" };
import powershell from "./queries/powershell.scm" with { type: "text" };
import python from "./queries/python.scm" with { type: "text" };
import ruby from "./queries/ruby.scm" with { type: "text" };
import rust from "./queries/rust.scm" with { type: "text" };
import typescript from "./queries/typescript.scm" with { type: "text" };

const VSCODE = "@vscode/tree-sitter-wasm/wasm/tree-sitter-";
const TYPESCRIPT = javascript + typescript;

const GRAMMARS: Record<Language, { wasm: string; query: string }> = {
  typescript: { wasm: `${VSCODE}typescript.wasm`, query: TYPESCRIPT },
  vue: { wasm: `${VSCODE}typescript.wasm`, query: TYPESCRIPT },
  svelte: { wasm: `${VSCODE}typescript.wasm`, query: TYPESCRIPT },
  tsx: { wasm: `${VSCODE}tsx.wasm`, query: TYPESCRIPT },
  javascript: { wasm: `${VSCODE}javascript.wasm`, query: javascript + fieldDefinition },
  python: { wasm: `${VSCODE}python.wasm`, query: python },
  go: { wasm: `${VSCODE}go.wasm`, query: go },
  rust: { wasm: `${VSCODE}rust.wasm`, query: rust },
  java: { wasm: `${VSCODE}java.wasm`, query: java },
  // Not among VS Code's; from the grammar's own package.
  c: { wasm: "tree-sitter-c/tree-sitter-c.wasm", query: c },
  "c++": { wasm: `${VSCODE}cpp.wasm`, query: c + cpp },
  "c#": { wasm: `${VSCODE}c-sharp.wasm`, query: cSharp },
  ruby: { wasm: `${VSCODE}ruby.wasm`, query: ruby },
  php: { wasm: `${VSCODE}php.wasm`, query: php },
  bash: { wasm: `${VSCODE}bash.wasm`, query: bash },
  powershell: { wasm: `${VSCODE}powershell.wasm`, query: powershell },
};

export const LANGUAGES = Object.keys(GRAMMARS) as Language[];

export interface LoadedGrammar {
  parser: Parser;
  query: Query;
}

let started: Promise<void> | null = null;
const grammars = new Map<string, Promise<Grammar>>();
const loaded = new Map<Language, Promise<LoadedGrammar>>();

/** The same one for every file of the language. Rejects when a package is not what it should be. */
export function grammarOf(language: Language): Promise<LoadedGrammar> {
  const known = loaded.get(language) ?? load(language);
  loaded.set(language, known);
  return known;
}

async function load(language: Language): Promise<LoadedGrammar> {
  started ??= Parser.init();
  await started;
  const { wasm, query } = GRAMMARS[language];
  const loading = grammars.get(wasm) ?? Grammar.load(Bun.resolveSync(wasm, import.meta.dir));
  grammars.set(wasm, loading);
  const grammar = await loading;
  const parser = new Parser();
  parser.setLanguage(grammar);
  return { parser, query: new Query(grammar, query) };
}
