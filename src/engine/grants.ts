/** Read grants: what a session may read beside its project. A human gives them, one directory at a time. */
import type { Tx } from "../db/sql.ts";
import type { Grant, Reach } from "../domain/grant.ts";
import type { Project } from "../domain/project.ts";
import type { ReadAccessRequest } from "../domain/request.ts";
import { findGrantable, isStillThere } from "../drivers/files/grantable.ts";
import { invalid, notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { deleteGrant, insertGrant, listGrants } from "../store/grants.ts";
import { listProjects } from "../store/projects.ts";
import { findSession } from "../store/sessions.ts";
import { type Core, type Emit, transact } from "./core.ts";
import { emitSession } from "./sessions.ts";

/** Real paths of what a session may read beside its project, as it is now. */
export async function grantPaths(core: Pick<Core, "sql">, sessionId: string): Promise<string[]> {
  return (await listGrants(core.sql, sessionId)).map((grant) => grant.path);
}

/** What reading `path` would take; Refusal when it cannot be granted. */
export async function reachOf(core: Core, project: Project, sessionId: string, path: string): Promise<Reach> {
  const projects = await listProjects(core.sql);
  const scope = { root: project.path, grants: await grantPaths(core, sessionId) };
  const { project_roots: roots, home: closed } = core.config;
  const found = await findGrantable(scope, { roots, projects: projects.map((p) => p.path), closed }, path);
  if (found === null) return { readable: true };
  return { readable: false, path: found, project_id: projects.find((p) => p.path === found)?.id ?? null };
}

/** Before it is allowed: what was asked for must still be there, or something else would be opened. */
export async function checkGrantable(request: ReadAccessRequest): Promise<void> {
  if (!(await isStillThere(request.detail.path)))
    throw invalid(
      "This directory is not what it was when it was asked for. Deny it; the model can ask again.",
      "allow",
    );
}

export async function grantRequested(tx: Tx, emit: Emit, request: ReadAccessRequest): Promise<void> {
  const { session_id, detail } = request;
  const grant = { id: newId(), session_id, path: detail.path, reason: detail.reason, request_id: request.id };
  if (await insertGrant(tx, grant)) await tellSession(tx, emit, session_id);
}

/** Takes a grant away; what goes on in the session cannot read there any more from its next call on. */
export async function revokeGrant(core: Core, id: string): Promise<Grant> {
  const gone = await transact(core, async (tx, emit) => {
    const deleted = await deleteGrant(tx, id);
    if (deleted) await tellSession(tx, emit, deleted.session_id);
    return deleted;
  });
  if (!gone) throw notFound("grant");
  return gone;
}

/** Keeps these grants of a session and no others; it cannot be given what it has not. */
export async function keepGrants(core: Core, sessionId: string, keep: readonly string[]): Promise<void> {
  const grants = await listGrants(core.sql, sessionId);
  const unknown = keep.find((id) => !grants.some((grant) => grant.id === id));
  if (unknown !== undefined)
    throw invalid("Grants can only be taken away here; they are given by allowing a request.", "grants");
  await transact(core, async (tx, emit) => {
    const gone = grants.filter((grant) => !keep.includes(grant.id));
    for (const { id } of gone) await deleteGrant(tx, id);
    if (gone.length > 0) await tellSession(tx, emit, sessionId);
  });
}

export async function grantsOf(core: Pick<Core, "sql">, sessionId: string): Promise<Grant[]> {
  if (!(await findSession(core.sql, sessionId))) throw notFound("session");
  return listGrants(core.sql, sessionId);
}

async function tellSession(tx: Tx, emit: Emit, sessionId: string): Promise<void> {
  const session = await findSession(tx, sessionId);
  if (session) emitSession(emit, session);
}
