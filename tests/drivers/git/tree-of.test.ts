import { expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { requireRepository } from "../../../src/drivers/git/exec.ts";
import { treeOf } from "../../../src/drivers/git/worktree.ts";
import { type TempRepo, tempRepo } from "../../support/repo.ts";
import { until } from "../../support/until.ts";

const secondOf = async (path: string) => Math.floor((await stat(path)).mtimeMs / 1000);

/** A file that was added and edited within one second, without changing its length. */
async function editedAtOnce(): Promise<{ repo: TempRepo; second: number }> {
  for (;;) {
    const repo = await tempRepo();
    await repo.write({ "README.md": "At least once.\n" });
    const written = await secondOf(join(repo.root, "README.md"));
    await repo.git("add", "README.md");
    await repo.write({ "README.md": "At most twice.\n" });
    const seconds = await Promise.all(["README.md", ".git/index"].map((path) => secondOf(join(repo.root, path))));
    if (seconds.every((second) => second === written)) return { repo, second: written };
    await repo[Symbol.asyncDispose]();
  }
}

test("an edit of the same length in the second in which git looked is seen later, too", async () => {
  const { repo, second } = await editedAtOnce();
  await using _ = repo;
  await until(async () => Date.now() / 1000 > second + 1);
  const tree = await treeOf(await requireRepository(repo.root));
  expect(await repo.git("show", `${tree}:README.md`)).toBe("At most twice.");
  expect(await repo.git("show", ":README.md")).toBe("At least once.");
});
