/** One Chromium for a test file; `close` ends it. */
import { type Browser, chromium } from "playwright-core";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** WebGL without a graphics processor: drawn by the processor. */
const WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

/** `TEST_CHROMIUM` names another binary. Without a sandbox: tests run as root in containers, on pages of our own. */
export function launchChromium({ webgl = false } = {}): Promise<Browser> {
  const args = webgl ? [...ARGS.filter((arg) => arg !== "--disable-gpu"), ...WEBGL] : ARGS;
  return chromium.launch({ executablePath: process.env.TEST_CHROMIUM ?? "/usr/bin/chromium", args });
}
