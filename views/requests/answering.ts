import type { RunRequest } from "../../src/domain/request.ts";
import { ids } from "../ids.ts";
import { posting } from "../ui/post.ts";
import { urls } from "../urls.ts";

/** Attributes of a form that answers: as everywhere, but a refusal is shown in the card, where the reader's eyes are. */
export function answering(request: Pick<RunRequest, "id">): Record<string, string> {
  const refused = `swap:innerHTML target:#${ids.requestError(request.id)}`;
  return { ...posting(urls.requestAnswer(request.id)), "hx-status:4xx": refused, "hx-status:5xx": refused };
}
