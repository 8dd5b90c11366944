import { expect, test } from "bun:test";
import { DEMO_ENDPOINT_ID, type Endpoint } from "../../src/domain/endpoint.ts";
import { pickEndpoint, type Wish } from "../../src/domain/endpoint-pick.ts";

const endpoint = (id: string, models: string[], over: Partial<Endpoint> = {}): Endpoint => ({
  id,
  label: id,
  url: `http://${id}/v1`,
  source: "setting",
  kind: "openai",
  has_key: false,
  enabled: true,
  state: "ready",
  error: null,
  checked_at: null,
  models: models.map((model) => ({ id: model, context_window: null, loaded: null, vision: null })),
  ...over,
});
const demo = endpoint(DEMO_ENDPOINT_ID, ["demo"], { source: "builtin", kind: "demo" });
const one = endpoint("one", ["a", "b"]);
const two = endpoint("two", ["b", "c"]);
const down = endpoint("down", ["d"], { state: "unavailable" });
const found = endpoint("found", ["f"], { source: "found" });

const pick = (endpoints: Endpoint[], wishes: Wish[] = [], defaultModel?: string) => {
  const { endpoint: e, model } = pickEndpoint([...endpoints, demo], wishes, defaultModel);
  return `${e?.id} ${model}`;
};

const cases: [string, string, string][] = [
  [
    "the chat's pick wins, also when it is down",
    pick([one, down], [{ endpoint_id: "down", model: "d" }], "a"),
    "down d",
  ],
  ["an endpoint without a model takes its first", pick([one, two], [{ endpoint_id: "two", model: null }]), "two b"],
  [
    "a removed endpoint falls back to who has the model",
    pick([one, two], [{ endpoint_id: "gone", model: "c" }]),
    "two c",
  ],
  [
    "the session's model comes next",
    pick(
      [one, two],
      [
        { endpoint_id: null, model: null },
        { endpoint_id: null, model: "c" },
      ],
      "a",
    ),
    "two c",
  ],
  ["then the default model", pick([one, two], [], "c"), "two c"],
  [
    "a default that is listed nowhere may be an alias of a configured server",
    pick([found, two], [], "alias"),
    "two alias",
  ],
  ["but is not tried on one that was found by itself", pick([found], [], "alias"), "found f"],
  ["then the first that is ready", pick([down, two], []), "two b"],
  ["a configured one that is down is told rather than hidden by the demo model", pick([down]), "down d"],
  [
    "one found by itself that is gone is no reason not to show the demo model",
    pick([{ ...found, state: "unavailable" }]),
    "demo demo",
  ],
  [
    "the demo model can be picked by its name alone although others are there",
    pick([one], [{ endpoint_id: null, model: "demo" }]),
    "demo demo",
  ],
  [
    "the demo model can be picked although others are there",
    pick([one], [{ endpoint_id: "demo", model: "demo" }]),
    "demo demo",
  ],
  [
    "a disabled one is never used",
    pick([{ ...one, enabled: false }], [{ endpoint_id: "one", model: "a" }]),
    "demo demo",
  ],
];
for (const [name, picked, expected] of cases) test(name, () => expect(picked).toBe(expected));

test("without any endpoint there is nothing", () => {
  expect(pickEndpoint([], [], undefined)).toEqual({ endpoint: null, model: null });
});
