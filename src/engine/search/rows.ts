/** What is found in a part or a title: the rows of the search table that stand for it. */
import type { SearchKind } from "../../domain/search.ts";
import { storable } from "../../lib/storable.ts";
import { type Word, words } from "../../lib/words.ts";
import { factsOf, vectorOf } from "../../store/search-facts.ts";
import type { SearchRow, TitleToSearch, UnsearchedPart } from "../../store/search-index.ts";

/** What a call was asked, as its label; the rest of a long input is found by whole words alone. */
const LABEL_LIMIT_CHARS = 500;
const PATH_LIMIT_CHARS = 1_000;
/** Arguments of tools that name the one file they read or write. */
const PATH_ARGUMENTS = ["path", "file_path"];
/** Calls that list or search a directory touch no file. */
const TOUCHES = /^(view_file|edit_file|create_file|delete_file|get_file_analysis)$/;

/** None where nothing is said. */
export function rowsOfPart(part: UnsearchedPart): SearchRow[] {
  if (part.kind === "tool") return toolRows(part);
  if (part.kind === "notice" || part.text.trim() === "") return [];
  return [row(part, part.kind === "reasoning" ? "reasoning" : "message", null, words(part.text))];
}

export function rowOfTitle(title: TitleToSearch): SearchRow {
  const { owner, id, project_id, session_id, chat_id, at } = title;
  const facts = { kind: "title", project_id, role: null, model: null, at } as const;
  return {
    ...facts,
    session_id,
    chat_id,
    message_id: null,
    part_id: null,
    titled_project: owner === "project" ? id : null,
    titled_session: owner === "session" ? id : null,
    titled_chat: owner === "chat" ? id : null,
    label: title.title,
    words: vectorOf(both(title.title, title.more), factsOf(facts)),
  };
}

function toolRows(part: UnsearchedPart): SearchRow[] {
  const inputs = inputsOf(part.arguments_text ?? "");
  const said = inputs.map(([, value]) => value).join(" ");
  const label = `${part.name ?? ""} ${said}`.trim().slice(0, LABEL_LIMIT_CHARS);
  const call = row(part, "tool", storable(label), both(`${part.name ?? ""} ${said}`, part.text));
  const path = fileOf(part, inputs);
  return path === null ? [call] : [call, row(part, "file", path, words(path))];
}

function row(part: UnsearchedPart, kind: SearchKind, label: string | null, found: Iterable<Word>): SearchRow {
  const { project_id, session_id, chat_id, message_id, role, model, at } = part;
  return {
    kind,
    project_id,
    session_id,
    chat_id,
    message_id,
    part_id: part.id,
    titled_project: null,
    titled_session: null,
    titled_chat: null,
    role,
    model,
    at,
    label,
    words: vectorOf(found, factsOf({ kind, project_id, role, model, at })),
  };
}

/** Both texts, the second so far behind the first that no phrase reaches over. */
function* both(first: string, second: string): Generator<Word> {
  let last = 0;
  for (const word of words(first)) {
    last = word.place;
    yield word;
  }
  for (const word of words(second)) yield { ...word, place: word.place + last + 10 };
}

/** The arguments of a call as text, by name; what is no JSON is one nameless text. */
export function inputsOf(text: string): [string, string][] {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) return [["", text]];
    return Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
  } catch {
    return text === "" ? [] : [["", text]];
  }
}

function fileOf(part: UnsearchedPart, inputs: readonly [string, string][]): string | null {
  if (part.state !== "closed" || !TOUCHES.test(part.name ?? "")) return null;
  const path =
    inputs
      .find(([key]) => PATH_ARGUMENTS.includes(key))?.[1]
      .trim()
      .replace(/^\.\//, "") ?? "";
  return path === "" || path.length > PATH_LIMIT_CHARS ? null : storable(path);
}
