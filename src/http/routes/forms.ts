/** A form that was refused comes back with the reason at its field and everything that was typed. */
import type { FormError } from "../../../views/ui/fields.tsx";
import { AppError } from "../../lib/errors.ts";
import { htmlAnswer, wants } from "../respond.ts";

/** Only for people in front of a page; clients and unexpected errors go on to the error mapper. */
export async function refusedForm(
  request: Request,
  error: unknown,
  draw: (error: FormError) => Promise<string>,
): Promise<Response> {
  const shown =
    error instanceof AppError && (error.code === "invalid" || error.code === "conflict" || error.code === "limit");
  if (!shown || wants(request) !== "page") throw error;
  const status = error.code === "conflict" ? 409 : (error.status ?? 422);
  return htmlAnswer(request, await draw({ field: error.field ?? null, message: error.message }), { status });
}
