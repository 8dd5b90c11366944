import { describe, expect, test } from "bun:test";
import type { RunRequest } from "../../../src/domain/request.ts";
import { RequestCard } from "../../../views/requests/card.tsx";
import { RequestActions } from "../../../views/requests/row-actions.tsx";
import { NOW } from "../../support/chat-fixtures.ts";
import { all, parse } from "../../support/html.ts";
import { aPermission, aQuestion, aReadAccess, endedRequests, twoQuestions } from "../../support/request-fixtures.ts";

const card = (request: RunRequest, refused?: Parameters<typeof RequestCard>[0]["refused"]) =>
  parse(String(<RequestCard request={request} now={NOW} refused={refused} />));
const words = (request: RunRequest) => card(request).body.textContent?.replace(/\s+/g, " ").trim();

describe("a permission", () => {
  test("shows what is to be allowed word by word, and all options in the order they were sent", () => {
    const doc = card(aPermission());
    expect(doc.querySelector("header")?.textContent).toContain("claude asks to run a command");
    expect(doc.querySelector("pre code")?.textContent).toBe("pnpm db:migrate --to 0031");
    expect(all(doc, ".stack button").map((b) => [b.getAttribute("value"), b.getAttribute("data-key")])).toEqual([
      ["once", "a"],
      ["always", "A"],
      ["reject", "d"],
    ]);
    expect(doc.querySelector("footer")?.textContent).toContain("Options as sent by claude.");
  });

  test("Enter in the reason can only reject: it is a form of its own", () => {
    const why = card(aPermission()).querySelector("details.why form");
    expect(why?.querySelector("input[type=hidden]")?.getAttribute("value")).toBe("reject");
    expect(why?.querySelectorAll("button")).toHaveLength(1);
  });

  test("a key belongs to the first option of its kind, whatever their order", () => {
    const options = [
      { id: "2", kind: "allow_always" as const, name: "Always" },
      { id: "1", kind: "allow_once" as const, name: "Once" },
      { id: "3", kind: "allow_once" as const, name: "Once, with care" },
      { id: "4", kind: "reject_always" as const, name: "Never" },
    ];
    const buttons = all(card(aPermission({ options })), ".stack button");
    expect(buttons.map((b) => [b.getAttribute("value"), b.getAttribute("data-key")])).toEqual([
      ["2", "A"],
      ["1", "a"],
      ["3", null],
      ["4", null],
    ]);
  });
});

describe("a question", () => {
  test("radios for one, checkboxes for many, own words always, and a way not to answer", () => {
    const doc = card(twoQuestions());
    expect(all(doc, "fieldset")).toHaveLength(2);
    expect(all(doc, "input[type=radio][name=q0]")).toHaveLength(3);
    expect(all(doc, "input[type=checkbox][name=q1]")).toHaveLength(3);
    expect(all(doc, "input[name=t0], input[name=t1]")).toHaveLength(2);
    expect(doc.querySelector("button[name=dismiss]")?.textContent).toContain("Skip");
    // The first button is what Enter presses.
    expect(doc.querySelector("button")?.getAttribute("name")).toBeNull();
  });

  test("comes back with what was chosen and typed", () => {
    const refused = { message: "Choose one option.", values: { q1: ["before send", "before mark"], t0: 'my "own"' } };
    const doc = card(twoQuestions(), refused);
    expect(doc.querySelector("[role=alert]")?.textContent).toBe("Choose one option.");
    expect(all(doc, "input[checked]").map((i) => i.getAttribute("value"))).toEqual(["before send", "before mark"]);
    expect(doc.querySelector("input[name=t0]")?.getAttribute("value")).toBe('my "own"');
  });
});

describe("what has ended", () => {
  const byId = (id: string) => endedRequests().find((q) => q.id === id)!;
  test.each([
    ["e1", "Which side should own the retries? Server only: but keep the SDK’s first one"],
    ["e2", "Which crash points need a test? before send, before mark"],
    ["e3", "Skipped: Which side should own the retries?"],
    ["e4", "Allowed once: pnpm db:migrate --to 0031"],
    ["e5", "Rejected: pnpm db:migrate --to 0031 use the copy of the database"],
    ["e6", "counted as reject: pnpm db:migrate --to 0031"],
    ["e7", "Not answered before the server restarted: pnpm db:migrate --to 0031"],
    ["e8", "Not answered before the run was stopped: Which side should own the retries?"],
    ["e9", "Read access to /srv/code/relay-sdk allowed for this session"],
    ["e10", "Read access to /srv/code/relay-sdk denied"],
  ])("%s: %s", (id, said) => {
    expect(words(byId(id))).toContain(said);
    expect(all(card(byId(id)), "form, button")).toHaveLength(0);
  });

  test("says how the answer came in, where it was no browser; nothing where a rule answered", () => {
    expect(words(byId("e1"))).toContain("by api");
    expect(words(byId("e2"))).not.toContain("by ");
    expect(words({ ...byId("e4"), via: "rule" } as RunRequest)).toBe("");
  });
});

test("a line of the desk has what fits it; a question is answered at its card", () => {
  const keys = (request: RunRequest) =>
    all(parse(String(<RequestActions request={request} first />)), "[data-key]").map((b) => b.getAttribute("data-key"));
  expect(keys(aPermission())).toEqual(["a", "A", "d", "s"]);
  expect(keys(aPermission({ options: [] }))).toEqual(["s"]);
  expect(keys(aReadAccess())).toEqual(["a", "d", "s"]);
  expect(keys(aQuestion())).toEqual(["s"]);
});
