/** Turns what a model streams into parts: opened before their first delta, closed with their whole text. */

import type { CompactionMeta } from "../../domain/compaction.ts";
import { sessionTopic, type Topic } from "../../domain/event.ts";
import type { ArtifactMeta, PartKind, PartState, ToolMeta } from "../../domain/message.ts";
import type { Run } from "../../domain/run.ts";
import { newId } from "../../lib/ids.ts";
import { StorableStream } from "../../lib/storable.ts";
import { lastSentence } from "../../lib/text.ts";
import { changePart, closePart, foldPart, insertPart } from "../../store/parts.ts";
import { type Core, transact } from "../core.ts";
import { steady } from "../steady.ts";

/** Unfolded text that is moved into the part's row while it is still open; grows with the part, so folding stays O(n). */
const FOLD_CHARS = 64_000;

/** An open text or reasoning part. `append` never waits; `end` does. */
export class OpenText {
  /** Grows by every piece and is not read before it is folded or closed: each look at a growing string copies it. */
  private text = "";
  /** The end of `text` that was not pushed yet. */
  private rest = "";
  private folded = 0;
  private opened = false;
  private losses: number;
  private readonly filter = new StorableStream();
  private readonly opening: Promise<void>;
  private readonly since = performance.now();

  constructor(
    private readonly core: Pick<Core, "deltas" | "sql" | "log" | "stopping">,
    private readonly topic: Topic,
    readonly id: string,
    readonly kind: "text" | "reasoning",
    open: () => Promise<void>,
  ) {
    this.losses = core.deltas.losses;
    this.opening = open().then(() => {
      this.opened = true;
      this.send();
    });
    this.opening.catch(() => {});
  }

  get length(): number {
    return this.text.length;
  }

  append(piece: string): void {
    this.take(this.filter.push(piece));
    if (this.opened) this.send();
  }

  private take(piece: string): void {
    this.text += piece;
    this.rest += piece;
  }

  private send(): void {
    if (this.rest === "") return;
    const { deltas } = this.core;
    deltas.push(this.topic, this.id, this.text.length - this.rest.length, this.rest);
    this.rest = "";
    // After a lost connection the database may have forgotten what was acknowledged last: the fold brings it back.
    if (this.text.length - this.folded >= Math.max(FOLD_CHARS, this.folded) || deltas.losses !== this.losses)
      this.fold();
  }

  /** In the background: a fold that fails is done by the next one, or by `end`. */
  private fold(): void {
    const { deltas, sql, log } = this.core;
    const { text } = this;
    this.folded = text.length;
    this.losses = deltas.losses;
    deltas.seal(this.id);
    const after = deltas.position;
    void deltas
      .flushed()
      .then(() => steady(this.core, () => foldPart(sql, this.id, text, after)))
      .catch((error) => log.warn("part.fold_failed", { part_id: this.id, error }));
  }

  /** The whole text, after all deltas are stored and the part is opened. */
  async end(): Promise<{ text: string; duration_ms: number }> {
    await this.opening;
    this.take(this.filter.end());
    this.send();
    await this.core.deltas.flushed();
    return { text: this.text, duration_ms: Math.round(performance.now() - this.since) };
  }
}

/** Writes the parts of one assistant message, in order. */
export class PartWriter {
  private position = 0;
  private open: OpenText | null = null;
  private readonly topic: Topic;
  /** The last sentence the model wrote: why it makes the calls that follow. */
  said = "";
  /** First tool part of the current unbroken row of tool calls. */
  private group: string | null = null;

  constructor(
    private readonly core: Core,
    private readonly run: Run,
  ) {
    this.topic = sessionTopic(run.session_id);
  }

  /** Goes on behind what is there: what an earlier life of the run wrote, or a report of the review. */
  continueAt(position: number, group: string | null): void {
    this.position = position;
    this.group = group;
  }

  /** A row of its own, closed as it is made. */
  async notice(turn: number, text: string, meta: Record<string, unknown>): Promise<void> {
    await this.closeText("closed");
    this.group = null;
    const row = { id: newId(), position: this.position++, turn, kind: "notice" as const, state: "closed" as const };
    await this.insert({ ...row, text, meta });
  }

  /** The row of a document that the answer holds. */
  async artifact(turn: number, meta: ArtifactMeta): Promise<void> {
    await this.closeText("closed");
    this.group = null;
    const row = { id: newId(), position: this.position++, turn, kind: "artifact" as const, state: "closed" as const };
    await this.insert({ ...row, text: "", meta: { ...meta } });
  }

  /** A boundary of a compaction, closed as it is made. */
  async boundary(turn: number, meta: CompactionMeta): Promise<void> {
    await this.closeText("closed");
    this.group = null;
    const row = { id: newId(), position: this.position++, turn, kind: "compaction" as const, state: "closed" as const };
    await this.insert({ ...row, text: "", meta: { ...meta } });
  }

  /** A boundary whose summary is still being written; closed with `close`. */
  async openBoundary(turn: number, meta: CompactionMeta): Promise<string> {
    await this.closeText("closed");
    this.group = null;
    const row = { id: newId(), position: this.position++, turn, kind: "compaction" as const, state: "open" as const };
    await this.insert({ ...row, text: "", meta: { ...meta } });
    return row.id;
  }

  /** Appends a piece (never empty) to the open part of this kind, or opens one; a promise only when it must open. */
  text(turn: number, kind: "text" | "reasoning", piece: string): OpenText | Promise<OpenText> {
    if (this.open?.kind === kind) {
      this.open.append(piece);
      return this.open;
    }
    return this.closeText("closed").then(() => {
      this.group = null;
      const id = newId();
      const position = this.position++;
      const part = new OpenText(this.core, this.topic, id, kind, () =>
        this.insert({
          id,
          position,
          turn,
          kind,
          state: "open",
          text: "",
          meta: kind === "reasoning" ? { duration_ms: null } : {},
        }),
      );
      this.open = part;
      part.append(piece);
      return part;
    });
  }

  /** Closes the open text part, if there is one. */
  async closeText(state: Exclude<PartState, "open">): Promise<void> {
    const part = this.open;
    if (!part) return;
    this.open = null;
    const { text, duration_ms } = await part.end();
    if (part.kind === "text") this.said = lastSentence(text) || this.said;
    await this.close(part.id, state, text, part.kind === "reasoning" ? { duration_ms } : {});
  }

  async openTool(
    turn: number,
    meta: Pick<ToolMeta, "call_id" | "name" | "arguments_text" | "shown" | "agent">,
  ): Promise<string> {
    const id = newId();
    this.group ??= id;
    const whole = { ...meta, group_id: this.group, note: null, duration_ms: null, output_id: null };
    await this.insert({
      id,
      position: this.position++,
      turn,
      kind: "tool",
      state: "open",
      text: "",
      meta: whole,
    });
    return id;
  }

  /** Something became known of a call that goes on. */
  changeTool(id: string, meta: Record<string, unknown>): Promise<void> {
    const { answer_id: message_id, chat_id } = this.run;
    return steady(this.core, () =>
      transact(this.core, async (tx, emit) => {
        if (!(await changePart(tx, id, meta))) return;
        emit({ topic: this.topic, kind: "part.changed", payload: { part_id: id, message_id, chat_id } });
      }),
    );
  }

  /** A tool part is closed with its result; false when it was closed meanwhile. */
  close(
    id: string,
    state: Exclude<PartState, "open">,
    text: string,
    meta: Record<string, unknown> = {},
  ): Promise<void> {
    const { message_id, chat_id } = { message_id: this.run.answer_id, chat_id: this.run.chat_id };
    return steady(this.core, () =>
      transact(this.core, async (tx, emit) => {
        if (!(await closePart(tx, { id, state, text, meta }))) return;
        emit({ topic: this.topic, kind: "part.closed", payload: { part_id: id, message_id, chat_id, state } });
      }),
    );
  }

  private insert(part: {
    id: string;
    position: number;
    turn: number;
    kind: PartKind;
    state: PartState;
    text: string;
    meta: Record<string, unknown>;
  }): Promise<void> {
    const { answer_id: message_id, chat_id } = this.run;
    return steady(this.core, () =>
      transact(this.core, async (tx, emit) => {
        if (!(await insertPart(tx, { ...part, message_id, chat_id }))) return;
        emit({
          topic: this.topic,
          kind: "part.opened",
          payload: { part_id: part.id, message_id, chat_id, kind: part.kind },
        });
      }),
    );
  }
}
