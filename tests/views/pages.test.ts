/** What must hold for every page: structure, names, security policy. Each story is a page. */
import { describe, expect, test } from "bun:test";
import { stories, storyDocument } from "../../scripts/storybook/stories.tsx";
import { all, attributeNames, nameOf, parse } from "../support/html.ts";

const pages = Object.keys(stories).map((name) => ({
  name,
  html: storyDocument(name, { stream: "/stream?since=1&build=x" })!,
}));

describe.each(pages)("$name", ({ name, html }) => {
  const doc = parse(html);

  test("is one document with a title, one h1, and one main", () => {
    expect(html.startsWith('<!doctype html><html lang="en"')).toBeTrue();
    expect(doc.title).toEndWith(" · BooCode");
    expect(all(doc, "h1").map((h) => h.textContent?.trim() !== "")).toEqual([true]);
    expect(all(doc, "main")).toHaveLength(1);
    expect(doc.querySelector("a.skip")?.getAttribute("href")).toBe("#main");
    expect(doc.getElementById("main")).not.toBeNull();
  });

  test("has no script that the content security policy would stop", () => {
    expect(all(doc, "script:not([src])")).toHaveLength(0);
    const names = attributeNames(doc);
    expect(names.filter((n) => /^(on|hx-on|x-html|js:)/.test(n))).toEqual([]);
    const values = all(doc, "[href],[action],[formaction]").map(
      (e) => e.getAttribute("href") ?? e.getAttribute("action") ?? "",
    );
    expect(values.filter((v) => /^\s*javascript:/i.test(v))).toEqual([]);
    const triggers = all(doc, "[hx-trigger]").map((e) => e.getAttribute("hx-trigger"));
    expect(triggers.filter((t) => t?.includes("["))).toEqual([]);
  });

  test("ids are unique and what refers to them exists", () => {
    const ids = all(doc, "[id]").map((e) => e.getAttribute("id"));
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    for (const attribute of ["for", "aria-labelledby", "aria-describedby", "popovertarget", "list"]) {
      for (const element of all(doc, `[${attribute}]`)) {
        for (const id of element.getAttribute(attribute)!.split(" "))
          expect([attribute, id, ids.includes(id)]).toEqual([attribute, id, true]);
      }
    }
  });

  test("every control, link and landmark has a name", () => {
    const controls = all(doc, "a, button, summary, select, textarea, input:not([type=hidden])");
    expect(controls.filter((e) => nameOf(doc, e) === "").map((e) => e.outerHTML)).toEqual([]);
    expect(
      all(doc, "nav, aside.nav, section")
        .filter((e) => nameOf(doc, e) === "")
        .map((e) => e.outerHTML.slice(0, 80)),
    ).toEqual([]);
    const fields = all(doc, "select, textarea, input:not([type=hidden])");
    const unlabelled = fields.filter(
      (e) => !e.getAttribute("aria-label") && !e.closest("label") && !doc.querySelector(`label[for="${e.id}"]`),
    );
    expect(unlabelled.map((e) => e.outerHTML)).toEqual([]);
    expect(
      all(doc, "svg").filter(
        (e) => !e.hasAttribute("aria-hidden") && !(e.getAttribute("role") === "img" && e.getAttribute("aria-label")),
      ),
    ).toEqual([]);
  });

  test("forms work without script: they post to a path of ours, with a button", () => {
    // A dialog's own form closes it and goes nowhere.
    const forms = all(doc, "form:not([method=dialog])").filter((form) =>
      form.querySelector("input:not([type=hidden]), textarea, select, button"),
    );
    expect(forms.filter((f) => !/^\/[^/]/.test(f.getAttribute("action") ?? "")).map((f) => f.outerHTML)).toEqual([]);
    expect(
      forms.filter((f) => f.querySelector("button[type=submit], button:not([type])") === null).map((f) => f.outerHTML),
    ).toEqual([]);
  });

  if (!/^(login|onboarding|error-503)/.test(name)) {
    test("has the frame, and the stream outside of everything that is swapped", () => {
      for (const id of [
        "nav-projects",
        "nav-running",
        "nav-needs",
        "rail-needs",
        "rail-running",
        "bar-needs",
        "conn",
        "notice",
      ]) {
        expect([id, doc.getElementById(id) !== null]).toEqual([id, true]);
      }
      const stream = doc.getElementById("stream");
      expect(stream?.parentElement?.tagName).toBe("BODY");
      expect(stream?.getAttribute("hx-sse:connect")).toBe("/stream?since=1&build=x");
      expect(stream?.hasAttribute("hx-morph-skip")).toBeTrue();
    });
  }
});

test("at most one primary button a view", () => {
  const counts = pages
    .filter((p) => !p.name.startsWith("chat"))
    .map(({ name, html }) => [name, all(parse(html), ".btn-go").length] as const);
  expect(counts.filter(([, n]) => n > 1)).toEqual([
    ["onboarding", 2],
    ["onboarding-ready", 2],
  ]);
});

test("amber is for what waits for you and nothing else", () => {
  for (const { name, html } of pages) {
    const doc = parse(html.replaceAll(/<aside[\s\S]*?<\/aside>|<nav class="tabbar[\s\S]*?<\/nav>/g, ""));
    const amber = all(doc, ".btn-need, .count-need, .band-need, .g-need").length;
    if (!/^(desk|project|chat|finish-conflicts)/.test(name)) expect([name, amber]).toEqual([name, 0]);
  }
});

test("a link to a section of the settings leads to one, and so does the list beside them", () => {
  const settings = parse(pages.find((p) => p.name === "settings")!.html);
  const links = pages.flatMap(({ html }) =>
    all(parse(html), 'a[href^="/settings#"]').map((a) => a.getAttribute("href")!),
  );
  const listed = all(settings, '.subnav a[href^="#"]').map((a) => a.getAttribute("href")!);
  expect(links.length).toBeGreaterThan(2);
  for (const href of new Set([...links, ...listed])) {
    expect([href, settings.getElementById(href.split("#")[1]!) !== null]).toEqual([href, true]);
  }
});
