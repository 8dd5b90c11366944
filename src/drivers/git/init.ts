import { gitOk } from "./exec.ts";

/** Makes an empty repository; nothing of the user's templates (hooks) is copied into it. Throws Refusal. */
export async function initRepository(directory: string): Promise<void> {
  await gitOk(directory, ["init", "--quiet", "--template="]);
}
