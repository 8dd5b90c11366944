/** Reading outside the project: refused with a hint, asked for, allowed by a human, taken away again. */
import { describe, expect, test } from "bun:test";
import { rename, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Grant } from "../../src/domain/grant.ts";
import type { RunRequest } from "../../src/domain/request.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { fakeLlm, type TestLlm } from "../support/fake-llm.ts";
import { tempRepo } from "../support/repo.ts";
import { until } from "../support/until.ts";

const call = (tool: string, args: unknown) => `[[tool:${tool} ${JSON.stringify(args)}]]`;
const next = (tool: string, args: unknown) => `[[next:{{tool:${tool} ${JSON.stringify(args)} }}]]`;

async function place() {
  const llm = await fakeLlm();
  const repo = await tempRepo({ files: { "README.md": "# Relay\n" } });
  const sdk = await tempRepo({ files: { "src/client.ts": "export const retries = 4;\n", ".env": "SDK_SECRET=1\n" } });
  const boo = await testApp({ llm, repo, env: { BOOCODE_PROJECT_ROOTS: dirname(repo.root) } });
  const at = await boo.chat();
  return {
    llm,
    boo,
    sdk: sdk.root,
    ...at,
    async [Symbol.asyncDispose]() {
      await boo[Symbol.asyncDispose]();
      await Promise.all([repo, sdk, llm].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}
const asked = (boo: TestApp) =>
  until(async () => (await boo.get<{ requests: RunRequest[] }>("/requests?state=open")).requests[0]);
const results = (llm: TestLlm) =>
  llm
    .chats()
    .at(-1)!
    .messages!.filter((m) => m.role === "tool")
    .map((m) => String(m.content));
const grants = async (boo: TestApp, session: string) =>
  (await boo.get<{ grants: Grant[] }>(`/sessions/${session}/grants`)).grants;

describe("reading elsewhere", () => {
  test("is refused with a hint, asked for, allowed, and then open but for secrets", async () => {
    await using at = await place();
    const file = `${at.sdk}/src/client.ts`;
    const script =
      call("view_file", { path: file }) +
      next("request_read_access", { path: file, reason: "Compare the retries" }) +
      next("view_file", { path: file }) +
      next("view_file", { path: `${at.sdk}/.env` });
    const { run } = await at.boo.ask(at.chat, `${script} [[then:Four.]]`);
    const request = await asked(at.boo);
    expect(request).toMatchObject({
      kind: "read_access",
      title: at.sdk,
      detail: { path: at.sdk, asked: file, reason: "Compare the retries", project_id: null },
    });
    const { needs } = await at.boo.get<{ needs: { kind: string }[] }>("/inbox");
    expect(needs.map((n) => n.kind)).toEqual(["read access"]);
    await at.boo.send("POST", `/requests/${request.id}/answer`, { allow: true });
    expect((await at.boo.settled(run.id, at.session)).state).toBe("completed");
    const [refused, allowed, read, secret] = results(at.llm);
    expect(refused).toContain("request_read_access");
    expect(allowed).toStartWith(`Allowed: ${at.sdk} can be read in this session`);
    expect(read).toContain("export const retries = 4;");
    expect(secret).toContain("files of secrets");
    expect(secret).not.toContain("SDK_SECRET");
    expect(await grants(at.boo, at.session)).toMatchObject([
      { path: at.sdk, reason: "Compare the retries", request_id: request.id },
    ]);
    const page = await (
      await fetch(`${at.boo.url}/sessions/${at.session}/edit`, { headers: { accept: "text/html" } })
    ).text();
    expect(page).toContain(at.sdk);
  });

  test("lasts for the session, can only be taken away by PATCH, and is closed at once", async () => {
    await using at = await place();
    const file = `${at.sdk}/src/client.ts`;
    const { run } = await at.boo.ask(at.chat, call("request_read_access", { path: at.sdk, reason: "Why not" }));
    await at.boo.send("POST", `/requests/${(await asked(at.boo)).id}/answer`, { allow: true });
    await at.boo.settled(run.id, at.session);
    const [grant] = await grants(at.boo, at.session);
    const { chat: second } = await at.boo.send<{ chat: { id: string } }>("POST", `/sessions/${at.session}/chats`, {});
    const again = await at.boo.ask(second.id, call("view_file", { path: file }));
    await at.boo.settled(again.run.id, at.session);
    expect(results(at.llm)[0]).toContain("retries = 4");

    const other = await at.boo.chat();
    const stranger = await at.boo.ask(other.chat, call("view_file", { path: file }));
    await at.boo.settled(stranger.run.id, other.session);
    expect(results(at.llm)[0]).toContain("outside the project");

    const more = at.boo.send("PATCH", `/sessions/${at.session}`, { grants: [grant!.id, "g-else"] });
    expect(await more.catch((error) => String(error))).toContain('"field":"grants"');
    await at.boo.send("PATCH", `/sessions/${at.session}`, { grants: [grant!.id] });
    expect(await grants(at.boo, at.session)).toHaveLength(1);
    // Listed on the session's page, with a form that takes it away.
    const listed = await (
      await fetch(`${at.boo.url}/sessions/${at.session}/edit`, { headers: { accept: "text/html" } })
    ).text();
    expect(listed).toContain(`action="/grants/${grant!.id}/revocation"`);
    const taken = await fetch(`${at.boo.url}/grants/${grant!.id}/revocation`, {
      method: "POST",
      headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
      redirect: "manual",
    });
    expect(taken.status).toBe(303);
    expect(await grants(at.boo, at.session)).toEqual([]);
    const closed = await at.boo.ask(second.id, call("view_file", { path: file }));
    await at.boo.settled(closed.run.id, at.session);
    expect(results(at.llm).at(-1)).toContain("outside the project");
  });

  test("denied, of nothing that can be granted, and of a directory that was swapped meanwhile", async () => {
    await using at = await place();
    const { run } = await at.boo.ask(at.chat, call("request_read_access", { path: at.sdk, reason: "Please" }));
    await at.boo.send("POST", `/requests/${(await asked(at.boo)).id}/answer`, { allow: false });
    await at.boo.settled(run.id, at.session);
    expect(results(at.llm)[0]).toStartWith(`Denied: ${at.sdk} stays closed.`);

    const never = await at.boo.ask(at.chat, call("request_read_access", { path: "/etc/passwd", reason: "Curious" }));
    await at.boo.settled(never.run.id, at.session);
    expect(results(at.llm).at(-1)).toContain("in no project and no repository that could be opened");

    const swapped = await at.boo.ask(at.chat, call("request_read_access", { path: at.sdk, reason: "Again" }));
    const { id } = await asked(at.boo);
    await rename(at.sdk, `${at.sdk}-moved`);
    await symlink("/etc", at.sdk);
    const allow = await at.boo.send("POST", `/requests/${id}/answer`, { allow: true }).catch((error) => String(error));
    expect(allow).toContain("answered 422");
    await at.boo.send("POST", `/requests/${id}/answer`, { allow: false });
    await at.boo.settled(swapped.run.id, at.session);
    expect(await grants(at.boo, at.session)).toEqual([]);
    await Bun.file(at.sdk).delete();
    await rename(`${at.sdk}-moved`, at.sdk);
  });
});
