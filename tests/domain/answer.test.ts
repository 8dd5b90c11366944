import { describe, expect, test } from "bun:test";
import { decide, type Given } from "../../src/domain/answer.ts";
import { isGranted, REQUEST_STATES, type RunRequest, requestStatesBefore } from "../../src/domain/request.ts";
import type { AppError } from "../../src/lib/errors.ts";
import { aPermission, aQuestion, aReadAccess, twoQuestions } from "../support/request-fixtures.ts";

const refused = (request: RunRequest, given: Given): string | undefined => {
  try {
    decide(request, given);
    return undefined;
  } catch (error) {
    return (error as AppError).field;
  }
};

test("a request ends once: from open, and from nothing else", () => {
  for (const to of REQUEST_STATES) expect(requestStatesBefore(to)).toEqual(to === "open" ? [] : ["open"]);
});

describe("a permission", () => {
  test("the option decides whether it is allowed; a reason goes along", () => {
    expect(decide(aPermission(), { option_id: "always" })).toEqual({
      state: "answered",
      answer: { option_id: "always", kind: "allow_always", comment: null },
    });
    expect(decide(aPermission(), { option_id: "reject", comment: "  not that one \n" })).toEqual({
      state: "denied",
      answer: { option_id: "reject", kind: "reject_once", comment: "not that one" },
    });
  });
  test.each([
    [{}, "option_id"],
    [{ allow: true }, "option_id"],
    [{ option_id: "allow_once" }, "option_id"],
    [{ option_id: "reject", comment: "x".repeat(2001) }, "comment"],
  ] as [Given, string][])("refuses %j", (given, field) => expect(refused(aPermission(), given)).toBe(field));
});

test("read access: yes or no, and nothing is taken for either", () => {
  expect(decide(aReadAccess(), { allow: true })).toEqual({ state: "answered", answer: { allow: true } });
  expect(decide(aReadAccess(), { allow: false })).toEqual({ state: "denied", answer: { allow: false } });
  expect(refused(aReadAccess(), { option_id: "allow" })).toBe("allow");
});

describe("questions", () => {
  const replies = (given: Given, request = aQuestion()) => decide(request, given).answer;
  test("an option in words, as a list, as an object; any other words are one's own", () => {
    const one = { replies: [{ selected: ["SDK only"], text: "" }] };
    expect(replies({ answers: [" SDK only "] })).toEqual(one);
    expect(replies({ answers: [["SDK only"]] })).toEqual(one);
    expect(replies({ answers: [{ selected: ["SDK only"] }] })).toEqual(one);
    expect(replies({ answers: ["neither of them"] })).toEqual({ replies: [{ selected: [], text: "neither of them" }] });
  });
  test("several in the order of the options, each once", () => {
    const answers = [{ text: "either" }, ["before mark", "before send", "before mark"]];
    expect(replies({ answers }, twoQuestions())).toEqual({
      replies: [
        { selected: [], text: "either" },
        { selected: ["before send", "before mark"], text: "" },
      ],
    });
  });
  test("not to be answered", () => {
    expect(decide(aQuestion(), { dismiss: true })).toEqual({ state: "denied", answer: { replies: [] } });
  });
  test.each([
    [{}],
    [{ answers: [] }],
    [{ answers: [""] }],
    [{ answers: [["Server only", "SDK only"]] }],
    [{ answers: [["none of these"]] }],
    [{ answers: ["SDK only", "SDK only"] }],
    [{ answers: ["x".repeat(4001)] }],
  ] as [Given][])("refuses %j", (given) => expect(refused(aQuestion(), given)).toBe("answers"));
});

test("granted is what was answered, and nothing else", () => {
  for (const state of REQUEST_STATES) expect(isGranted(aPermission({ state }))).toBe(state === "answered");
});
