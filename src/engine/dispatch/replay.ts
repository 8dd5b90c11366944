/** What an agent tells again of a conversation, as messages with closed parts. Bounded: the newest stays. */
import type { AgentEvent } from "../../domain/agent-event.ts";
import type { PartKind, PartState, Role } from "../../domain/message.ts";
import { storable } from "../../lib/storable.ts";
import { ellipsis, oneLine } from "../../lib/text.ts";
import { type Call, callMeta, newCall, noteOf, patchCall, RESULT_CHARS, resultOf } from "./call.ts";

/** Messages of a conversation that are kept: an adopted one is to be gone on with, not an archive. */
const MESSAGES_MAX = 1_000;
const MESSAGE_PARTS_MAX = 500;
const TEXT_CHARS = 400_000;
const TITLE_CHARS = 80;

export interface ReplayedPart {
  kind: PartKind;
  state: PartState;
  text: string;
  turn: number;
  meta: Record<string, unknown>;
  /** The whole result, where `text` was cut. */
  output: string | null;
}
export interface ReplayedMessage {
  role: Role;
  parts: ReplayedPart[];
}

type Piece = { kind: "text" | "reasoning"; text: string } | { kind: "tool"; call: Call };
interface Said {
  role: Role;
  pieces: Piece[];
}

export class Replay {
  private readonly said: Said[] = [];
  private readonly calls = new Map<string, Call>();
  private left_out = 0;

  constructor(private readonly root: string) {}

  take(event: AgentEvent): void {
    if (event.kind === "user") this.add("user", "text", event.text);
    else if (event.kind === "text") this.add("assistant", "text", event.text);
    else if (event.kind === "thought") this.add("assistant", "reasoning", event.text);
    else if (event.kind === "tool") {
      const known = this.calls.get(event.id);
      const call = known ?? newCall(event.id, "");
      patchCall(call, event.patch);
      if (known) return;
      this.calls.set(event.id, call);
      this.last("assistant").pieces.push({ kind: "tool", call });
    }
  }

  /** Of what was asked first, for a title. */
  firstWords(): string {
    const first = this.said.find((message) => message.role === "user")?.pieces[0];
    return first?.kind === "text" ? ellipsis(oneLine(storable(first.text), 500), TITLE_CHARS) : "";
  }

  messages(): ReplayedMessage[] {
    return this.said.map(({ role, pieces }, i) => {
      const parts = pieces.slice(0, MESSAGE_PARTS_MAX).flatMap((piece) => this.partOf(role, piece));
      const told = i === 0 && this.left_out > 0 ? [notice(`${this.left_out} earlier messages were left out.`)] : [];
      return { role, parts: [...told, ...parts] };
    });
  }

  private add(role: Role, kind: "text" | "reasoning", text: string): void {
    const message = this.last(role);
    const before = message.pieces.at(-1);
    if (before?.kind === kind) before.text = (before.text + text).slice(0, TEXT_CHARS);
    else message.pieces.push({ kind, text: text.slice(0, TEXT_CHARS) });
  }

  private last(role: Role): Said {
    const last = this.said.at(-1);
    if (last?.role === role) return last;
    const next: Said = { role, pieces: [] };
    this.said.push(next);
    if (this.said.length > MESSAGES_MAX) {
      this.said.shift();
      this.left_out++;
    }
    return next;
  }

  private partOf(role: Role, piece: Piece): ReplayedPart[] {
    const turn = role === "user" ? 0 : 1;
    if (piece.kind !== "tool") {
      const text = storable(piece.text);
      const meta = piece.kind === "reasoning" ? { duration_ms: null } : {};
      return text === "" ? [] : [{ kind: piece.kind, state: "closed", text, turn, meta, output: null }];
    }
    const { call } = piece;
    const state = call.status === "completed" ? "closed" : call.status === "failed" ? "failed" : "cancelled";
    const whole = storable(resultOf(call));
    const meta = {
      ...callMeta(call, this.root),
      call_id: storable(call.id),
      note: noteOf(call, state),
      duration_ms: null,
      output_id: null,
    };
    const output = whole.length > RESULT_CHARS ? whole : null;
    return [{ kind: "tool", state, text: whole.slice(0, RESULT_CHARS).toWellFormed(), turn, meta, output }];
  }
}

const notice = (text: string): ReplayedPart => ({
  kind: "notice",
  state: "closed",
  text,
  turn: 1,
  meta: { notice: "history" },
  output: null,
});
