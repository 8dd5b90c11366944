/**
 * A directory of a project held open while files in it are replaced. Each step from the project's root down follows no
 * symbolic link, and what is done in it afterwards goes through the open directory itself: nobody can put a link in its
 * place meanwhile.
 */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../refusal.ts";

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Linux has a path for an open directory; elsewhere the real path is looked at once more instead. */
const HAS_PROC = process.platform === "linux";

export class Directory implements AsyncDisposable {
  private constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
  ) {}

  /** `inside` is relative to `root`, "" for the root; missing directories are made. Throws errno errors. */
  static async open(root: string, inside: string): Promise<Directory> {
    let at = new Directory(await open(root, FLAGS), root);
    for (const name of inside.split("/").filter(Boolean)) {
      try {
        const next = await at.child(name);
        await at.close();
        at = next;
      } catch (error) {
        await at.close();
        throw error;
      }
    }
    if (!HAS_PROC && (await realpath(at.path)) !== at.path) {
      await at.close();
      throw Object.assign(new Error("a symbolic link is on the way"), { code: "ELOOP" });
    }
    return at;
  }

  private async child(name: string): Promise<Directory> {
    const opened = async () => new Directory(await open(this.at(name), FLAGS), join(this.path, name));
    try {
      return await opened();
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      await mkdir(this.at(name)).catch((e) => {
        if (errnoOf(e) !== "EEXIST") throw e;
      });
      return opened();
    }
  }

  /** The path of a name in this very directory. */
  at(name: string): string {
    return HAS_PROC ? `/proc/self/fd/${this.handle.fd}/${name}` : join(this.path, name);
  }

  /** Makes renames in it outlast a power cut. */
  async sync(): Promise<void> {
    await this.handle.sync().catch(() => {});
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
