/**
 * What a driver could not or would not do. `message` is a sentence for anybody, `hint` the next step for a model that
 * has our tools, `note` the same in a few words for a tool row: "no such file", "refused: secret file".
 */
import { AppError, type ErrorCode, type ErrorDetail } from "../lib/errors.ts";

export class Refusal extends AppError {
  readonly note: string;
  readonly hint: string | null;

  constructor(code: ErrorCode, note: string, message: string, detail: ErrorDetail & { hint?: string } = {}) {
    super(code, message, detail);
    this.name = "Refusal";
    this.note = note;
    this.hint = detail.hint ?? null;
  }
}

/** The errno code of a system error: "ENOENT". */
export function errnoOf(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : null;
}
