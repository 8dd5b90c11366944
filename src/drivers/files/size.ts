/** What a directory takes on the disk. */
import { runCommand } from "../proc.ts";

const SIZE_TIMEOUT_MS = 20_000;
const OUTPUT_BYTES = 10_000;

/** Bytes; null when the directory is gone, or when counting takes too long. */
export async function directorySize(path: string): Promise<number | null> {
  const argv = ["du", "-sk", "--", path] as const;
  const counted = await runCommand({
    argv,
    cwd: "/",
    timeout_ms: SIZE_TIMEOUT_MS,
    stdout_limit_bytes: OUTPUT_BYTES,
  }).catch(() => null);
  // A file that vanished meanwhile makes it fail after it has counted.
  const blocks = /^(\d+)\t/.exec(counted?.stdout ?? "")?.[1];
  return blocks === undefined || counted!.timed_out ? null : Number(blocks) * 1024;
}
