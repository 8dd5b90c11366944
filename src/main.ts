/** The program: reads the settings, starts the server, says where it is, ends it on a signal; or does the one command that there is. */
import { startApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { AlreadyRunningError } from "./db/lock.ts";
import { messageOf } from "./lib/errors.ts";
import { makeToken } from "./token.ts";

/** sysexits.h: a wrong command, a wrong setting, and a service that is taken. */
const EX_USAGE = 64;
const EX_CONFIG = 78;
const EX_TEMPFAIL = 75;
/** A stop that takes longer than this is cut short. */
const STOP_DEADLINE_MS = 30_000;

const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

class UsageError extends Error {}

const USAGE = `./scripts/start                starts BooCode
./scripts/start token [name]   makes another access token and shows it once
Settings come from the environment: docs/operations.md.`;

async function main([command, ...rest]: string[]): Promise<void> {
  if (command === undefined) return serve(readConfig());
  if (command === "token" && rest.length <= 1) say(await makeToken(readConfig(), rest[0] ?? "command line"));
  else if (command === "--help" || command === "-h") say(USAGE);
  else throw new UsageError(`"${[command, ...rest].join(" ")}" is no command.`);
}

async function serve(config: Config): Promise<void> {
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

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof UsageError) complain(`${error.message}\n${USAGE}`);
  else if (error instanceof AlreadyRunningError) complain(`BooCode is ${error.message}`);
  else complain(`BooCode cannot start: ${messageOf(error)}`);
  process.exit(exitCodeOf(error));
});

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EX_USAGE;
  if (error instanceof ConfigError) return EX_CONFIG;
  return error instanceof AlreadyRunningError ? EX_TEMPFAIL : 1;
}
