import { expect, test } from "bun:test";
import { gitFailed } from "../../../src/drivers/git/exec.ts";

test("a full disk is said as such, whatever git was doing", () => {
  const told = gitFailed(
    "error: unable to write file big.dat\nfatal: sha1 file '/x/index.lock' write error: No space left on device\n",
  );
  expect(told).toMatchObject({ code: "unavailable", note: "disk full" });
  expect(told.message).toBe(
    "There is no space left on the disk, so git could not write: sha1 file '/x/index.lock' write error: No space left on device. Free some, then try again.",
  );
});

test("anything else is git's own complaint", () => {
  expect(gitFailed("warning: x\nfatal: bad revision 'y'\n").message).toBe("git failed: bad revision 'y'.");
});
