/** The contract between the loop and a tool. Tools get everything through their context: no module state, no loop import. */
import type { z } from "zod";
import type { Apply } from "./apply.ts";
import type { ChangeKind, FileContent } from "./change.ts";
import type { CodeAccess } from "./code-answers.ts";
import type { Reach } from "./grant.ts";
import type { Asking, RunRequest } from "./request.ts";
import type { WholeSkill } from "./skill.ts";
import type { WebAccess } from "./web.ts";

export type ToolKind = "read" | "search" | "git" | "output" | "write" | "execute" | "ask" | "delegate" | "web" | "mcp";

export interface ToolContext {
  /**
   * Real path of the directory that is read: the project's place in its session's worktree, else the project's own. Every
   * path a tool takes is inside it or inside a grant.
   */
  root: string;
  /** Real paths of further readable directories of this session. */
  grants: readonly string[];
  /** Aborted on cancel and on the tool's time limit. */
  signal: AbortSignal;
  outputs: OutputStore;
  /** In a coder: what is proposed, seen in place of what is on disk. */
  proposals?: Proposals;
  /**
   * Asks the human and waits; the request is not open any more then. A call that is taken up again after a restart gets
   * the request it made before. Absent where nobody can be asked.
   */
  ask?(asking: Asking): Promise<RunRequest>;
  /** The project's own directory, where `root` is its place in a worktree; null or absent where that is `root`. */
  checkout?: string | null;
  /** Runs a shell command that was allowed, in `cwd`: the root or the checkout. Absent where none can be. */
  execute?(command: string, timeout_ms: number, cwd: string): Promise<CommandResult>;
  /**
   * To be awaited by a tool that asked and is about to do what it asked for: from here on the run works and does not wait,
   * so that a call which is cut off by the server's end is not made again. Absent where nobody can be asked.
   */
  begin?(): Promise<void>;
  /** The web; refuses by throwing where the session is not given it. */
  web?(): Promise<WebAccess>;
  /** Shows the person what a call that goes on says about itself. */
  tell?(piece: string): void;
  /** What reading a path outside would take; refuses by throwing. Absent where nobody can be asked. */
  reach?(path: string): Promise<Reach>;
  /** Skills of the project, of the data directory and those that come with BooCode. Absent where there are none. */
  skills?(): Promise<readonly WholeSkill[]>;
  /** What is known of the project's code. Absent where nothing is indexed. */
  code?: CodeAccess;
  /** Told of an error that is a bug or a fault; the model only hears that the tool failed. For the log. */
  report?(error: unknown): void;
}

/** What became of a command. */
export interface CommandResult {
  how: "exit" | "signal" | "time" | "stopped";
  /** Null unless it ended by itself. */
  code: number | null;
  /** Standard output and error as they came; the middle of a very long one is left out. */
  output: string;
  duration_ms: number;
}

/** A file as a chat sees it: what it proposes, in the place of what is on disk. */
export interface SeenFile extends FileContent {
  /** Relative to the project, through no symbolic link. */
  path: string;
  /** It was asked for under the name of a symbolic link. */
  linked: boolean;
  /** Differs from what is on disk. */
  proposed: boolean;
}
/** What became of a call that proposed. */
export interface ProposedFile {
  path: string;
  /** False when the file was already so. */
  changed: boolean;
  before: FileContent;
  after: FileContent;
  /** Null when nothing is proposed for the file any more: it is as it is on disk. */
  change: { id: string; added: number; removed: number } | null;
}
/** Proposals of the chat that a run belongs to. Only coders have them. */
export interface Proposals {
  /** `edit` says what the file should hold; it refuses by throwing. Calls compose in the order in which they were made. */
  propose(path: string, edit: (seen: SeenFile) => FileContent, signal: AbortSignal): Promise<ProposedFile>;
  /** The file if something is proposed for it, else null: it is as it is on disk. */
  look(path: string): Promise<SeenFile | null>;
  /** Every file that is not as it is on disk, with what it holds, by path. */
  all(): Promise<(SeenFile & { kind: ChangeKind })[]>;
  /** Writes what the mode lets; `waiting` counts hunks that nobody decided. */
  apply(): Promise<{ apply: Apply | null; waiting: number }>;
  /** Takes back what a run of this chat wrote: the newest apply, or the one named. */
  rewind(applyId: string | null): Promise<Apply>;
}

/** Whole results of earlier calls of this chat, for `read_output`. */
export interface OutputStore {
  save(text: string): Promise<string>;
  /** Lines `from`..`from + count - 1` (1-based) of a saved output, or null for an unknown id. */
  read(id: string, from: number, count: number): Promise<{ text: string; total_lines: number } | null>;
}

/** For tools that wait for a human: they have no time limit of their own. */
export const NO_TIME_LIMIT = Number.POSITIVE_INFINITY;

export interface ToolResult {
  /** What the model sees. */
  text: string;
  /** In a few words, for the row: "96 lines", "14 matches in 3 files". */
  note: string;
  /** True when the call did not do what it was asked; `text` says why and what would work. */
  failed?: boolean;
  /** Shown to the person beside the text. */
  images?: readonly ResultImage[];
}

export interface ResultImage {
  /** By its own bytes: a raster image. */
  mime: string;
  bytes: Uint8Array;
}

export interface Tool<Input extends z.ZodType = z.ZodType> {
  name: string;
  kind: ToolKind;
  /** Text of the `.md` file beside the tool. */
  description: string;
  input: Input;
  /** JSON schema of the arguments, for tools of others, which check them themselves; ours are told by `input`. */
  parameters?: Readonly<Record<string, unknown>>;
  read_only: boolean;
  timeout_ms: number;
  /** The argument worth showing in the row. */
  shown(input: z.output<Input>): string;
  run(input: z.output<Input>, context: ToolContext): Promise<ToolResult>;
}

/** What a call came to, ready to be stored as a tool part and sent to the model. */
export interface ToolOutcome {
  state: "closed" | "failed" | "cancelled";
  text: string;
  note: string;
  shown: string;
  duration_ms: number;
  /** Set when `text` was cut; the whole is kept under this id. */
  output_id: string | null;
  images?: readonly ResultImage[];
}

/** A tool as the model is told of it (OpenAI function tools). */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}
