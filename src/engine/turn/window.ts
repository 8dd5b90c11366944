/** An endpoint that refuses a prompt tells how large its window is: then everybody knows. */
import type { PromptTooLong } from "../../domain/llm.ts";
import { setModelFact } from "../../store/endpoints.ts";
import { setContextWindow } from "../../store/runs.ts";
import { transact } from "../core.ts";
import { emitRun } from "../run-events.ts";
import { steady } from "../steady.ts";
import type { Compacting } from "./compact.ts";

/** Nothing where it does not tell, or tells what is known. */
export async function learnWindow(at: Compacting, { window }: PromptTooLong): Promise<void> {
  const { core, run, endpoint, model } = at;
  if (window === null || window === at.window) return;
  at.window = window;
  await steady(core, () =>
    transact(core, async (tx, emit) => {
      if (await setModelFact(tx, endpoint.id, model, { context_window: window }))
        emit({ topic: "desk", kind: "endpoint.changed", payload: { endpoint_id: endpoint.id } });
      const told = await setContextWindow(tx, run.id, window);
      if (told) emitRun(emit, told);
    }),
  );
}
