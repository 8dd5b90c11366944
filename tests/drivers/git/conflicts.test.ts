import { expect, test } from "bun:test";
import { placesOf } from "../../../src/drivers/git/conflicts.ts";

test("places between markers, with the ancestor's lines left out", () => {
  const text =
    "a\n<<<<<<< HEAD\nours 1\nours 2\n||||||| base\nold\n=======\ntheirs\n>>>>>>> main\nb\n<<<<<<< HEAD\n=======\nnew\n>>>>>>> main\n";
  expect(placesOf(text)).toEqual([
    { line: 2, ours: ["ours 1", "ours 2"], theirs: ["theirs"], cut: false },
    { line: 11, ours: [], theirs: ["new"], cut: false },
  ]);
});

test("windows line ends, a marker that is never closed, and lines that only look like one", () => {
  expect(placesOf("<<<<<<< HEAD\r\nx\r\n=======\r\ny\r\n>>>>>>> m\r\n")).toEqual([
    { line: 1, ours: ["x"], theirs: ["y"], cut: false },
  ]);
  expect(placesOf("<<<<<<< HEAD\nx\n")).toHaveLength(1);
  expect(placesOf("Title\n=======\n\n<<<<<<<< not <<<<<<<x\n>>>>>>> quoted\n")).toHaveLength(1);
  expect(placesOf("Title\n=======\n> quoted\n<<<<<< six\n")).toEqual([]);
});

test("long sides are cut and say so", () => {
  const [place] = placesOf(`<<<<<<< a\n${"x\n".repeat(100)}=======\n${"y".repeat(2000)}\n>>>>>>> b\n`);
  expect(place).toMatchObject({ cut: true });
  expect(place!.ours.length).toBe(40);
  expect(place!.theirs[0]!.length).toBe(500);
});
