/** Writes a file of the data directory as a whole: whoever reads it sees the old one or the new one. */
import { open, rename, rm } from "node:fs/promises";
import { newId } from "../lib/ids.ts";

export async function replaceOwnFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${newId()}`;
  // It may hold keys that were typed in: nobody else reads it.
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path).catch(async (error) => {
    await rm(temporary, { force: true });
    throw error;
  });
}
