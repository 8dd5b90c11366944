/** `git status --porcelain=v2 -z --branch` as records, with names as they are: nothing quoted, nothing decided. */

export interface StatusRecord {
  type: "ordinary" | "renamed" | "unmerged" | "untracked";
  /** Relative to the top of the repository; an untracked directory ends in "/". */
  path: string;
  /** Former path of a rename or copy. */
  from: string | null;
  /** Letters of index and working tree, "." where nothing differs; "?" for untracked. */
  x: string;
  y: string;
  submodule: boolean;
  /** Octal modes and object names; "" for untracked. */
  mode_index: string;
  mode_worktree: string;
  oid_index: string;
  /** The name is not valid UTF-8, so `path` is not it. */
  lossy: boolean;
}
export interface StatusRecords {
  /** Null when HEAD is detached. */
  branch: string | null;
  /** Full hash; null before the first commit. */
  head: string | null;
  upstream: string | null;
  /** Null without an upstream, and when the upstream is gone. */
  ahead: number | null;
  behind: number | null;
  records: StatusRecord[];
}

/** Output that was cut ends in half a record, which is left out. */
export function parseStatus(bytes: Uint8Array): StatusRecords {
  const status: StatusRecords = { branch: null, head: null, upstream: null, ahead: null, behind: null, records: [] };
  const fields = splitNul(bytes);
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    if (field.text.startsWith("# ")) header(status, field.text);
    else if (field.text.startsWith("2 ")) {
      const from = fields[++i];
      // Cut between the two names: better none than a rename from nowhere.
      if (from) status.records.push({ ...record(field), from: from.text, lossy: field.lossy || from.lossy });
    } else if (/^[1u?] /.test(field.text)) status.records.push(record(field));
  }
  return status;
}

export interface NulField {
  text: string;
  lossy: boolean;
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LAX = new TextDecoder("utf-8", { ignoreBOM: true });

/** Fields that end in NUL; what follows the last one is dropped. `lossy` marks those that are not valid UTF-8. */
export function splitNul(bytes: Uint8Array): NulField[] {
  const text = LAX.decode(bytes);
  // Without a replacement character everything was valid, and one pass is enough.
  if (!text.includes("\uFFFD")) {
    const parts = text.split("\0");
    parts.pop();
    return parts.map((part) => ({ text: part, lossy: false }));
  }
  const fields: NulField[] = [];
  for (let at = 0, end = bytes.indexOf(0); end !== -1; at = end + 1, end = bytes.indexOf(0, at))
    fields.push(decode(bytes.subarray(at, end)));
  return fields;
}

function decode(bytes: Uint8Array): NulField {
  try {
    return { text: STRICT.decode(bytes), lossy: false };
  } catch {
    return { text: LAX.decode(bytes), lossy: true };
  }
}

function header(status: StatusRecords, line: string): void {
  const [, key, ...rest] = line.split(" ");
  const value = rest.join(" ");
  if (key === "branch.oid") status.head = value === "(initial)" ? null : value;
  if (key === "branch.head") status.branch = value === "(detached)" ? null : value;
  if (key === "branch.upstream") status.upstream = value;
  if (key === "branch.ab") {
    status.ahead = Math.abs(Number(rest[0]));
    status.behind = Math.abs(Number(rest[1]));
  }
}

const TYPES = { "1": "ordinary", "2": "renamed", u: "unmerged", "?": "untracked" } as const;
/** Fields before the path: 8 in an ordinary record, 9 in a rename, 10 in a conflict. */
const FIELDS = { "1": 8, "2": 9, u: 10, "?": 1 } as const;

function record({ text, lossy }: NulField): StatusRecord {
  const letter = text[0] as keyof typeof FIELDS;
  const count = FIELDS[letter];
  const parts = text.split(" ");
  const path = parts.slice(count).join(" ");
  const base = { type: TYPES[letter], path, from: null, lossy };
  if (letter === "?")
    return { ...base, x: "?", y: "?", submodule: false, mode_index: "", mode_worktree: "", oid_index: "" };
  const submodule = parts[2]!.startsWith("S");
  const [x = ".", y = "."] = parts[1]!;
  if (letter === "u") return { ...base, x, y, submodule, mode_index: "", mode_worktree: parts[6]!, oid_index: "" };
  return {
    ...base,
    x,
    y,
    submodule,
    mode_index: parts[4]!,
    mode_worktree: parts[5]!,
    oid_index: parts[7]!,
  };
}
