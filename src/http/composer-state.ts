import type { ComposerState } from "../domain/page.ts";

/** An empty composer; its client_id makes a send that is repeated by accident the same message. */
export const blankComposer = (): ComposerState => ({
  draft: "",
  attachments: [],
  client_id: crypto.randomUUID(),
  error: null,
});
