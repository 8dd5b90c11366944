/** Boot: applies and rewinds that a dead process left half written are finished, file by file, from their rows. */
import { prepare, replace, settleLeftovers } from "../../drivers/files/replace.ts";
import { type ApplyFileRow, applyFiles, moveApply, writingApplies } from "../../store/applies.ts";
import { readBlob } from "../../store/blobs.ts";
import { findProject } from "../../store/projects.ts";
import { type Core, transact } from "../core.ts";
import { emitApply } from "./emit.ts";
import { settleRewind } from "./rewind.ts";
import { settleApply } from "./settle.ts";
import { checkPlace, type Outcome, sentenceOf, stepOf } from "./write.ts";

/** Each file is the old one or the new one before, and the new one or somebody else's after. Returns how many were settled. */
export async function recoverApplies(core: Pick<Core, "sql" | "journal" | "log">): Promise<number> {
  const left = await writingApplies(core.sql);
  for (const apply of left) {
    const project = await findProject(core.sql, apply.project_id);
    const files = (await applyFiles(core.sql, [apply.id])).filter((f) => f.state === "pending");
    const outcomes: Outcome[] = [];
    for (const file of files) outcomes.push(project ? await finish(core, project.path, file) : GONE);
    await transact(core, async (tx, emit) => {
      if (files.length === 0) {
        const failed = await moveApply(tx, apply.id, "failed", "The server was stopped before anything was written.");
        if (failed) emitApply(emit, failed);
      } else if (apply.rewinds.length > 0) await settleRewind(tx, emit, apply, files, outcomes);
      else await settleApply(tx, emit, apply, files, outcomes);
    });
    core.log.info("apply.recovered", { apply_id: apply.id, files: files.length });
  }
  return left.length;
}

const GONE: Outcome = { state: "failed", error: "The project is not there any more." };

async function finish(core: Pick<Core, "sql">, root: string, file: ApplyFileRow): Promise<Outcome> {
  const step = stepOf(root, file);
  try {
    await checkPlace(root, file.path);
    const found = await settleLeftovers(step);
    if (found === "other") return { state: "stale", error: "The file was changed while the server was down." };
    if (found === "new" && file.old_sha !== file.new_sha) return { state: "written", error: null };
    if (file.old_sha === file.new_sha && file.old_mode === file.new_mode) return { state: "written", error: null };
    await prepare(step, await readBlob(core.sql, file.new_sha));
    const done = await replace(step);
    return done === "written"
      ? { state: "written", error: null }
      : { state: "stale", error: "The file was changed meanwhile." };
  } catch (error) {
    return { state: "failed", error: sentenceOf(error) };
  }
}
