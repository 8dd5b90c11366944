/** The program: reads the settings, starts the server, says where it is, ends it on a signal. */
import { startApp } from "./app.ts";
import { ConfigError, readConfig } from "./config.ts";
import { AlreadyRunningError } from "./db/lock.ts";
import { messageOf } from "./lib/errors.ts";

/** sysexits.h: a wrong setting, and a service that is taken. */
const EX_CONFIG = 78;
const EX_TEMPFAIL = 75;
/** A stop that takes longer than this is cut short. */
const STOP_DEADLINE_MS = 30_000;

const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const config = readConfig();
  const app = await startApp(config, {
    dev: process.env.NODE_ENV === "development",
    onTaken: (message) => {
      complain(`BooCode lost its database to another server: ${message}`);
      process.exit(EX_TEMPFAIL);
    },
  });
  say(`BooCode runs at ${app.url}`);
  if (app.first_token) say(`Sign in with this access token (shown once): ${app.first_token}`);
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      complain(`BooCode did not stop within ${STOP_DEADLINE_MS / 1000} s of ${signal}.`);
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error) => {
        complain(`BooCode failed to stop cleanly: ${messageOf(error)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => stop(signal));
}

main().catch((error: unknown) => {
  complain(
    error instanceof AlreadyRunningError ? `BooCode is ${error.message}` : `BooCode cannot start: ${messageOf(error)}`,
  );
  process.exit(error instanceof ConfigError ? EX_CONFIG : error instanceof AlreadyRunningError ? EX_TEMPFAIL : 1);
});
