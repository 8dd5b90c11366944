/**
 * Token mode: tokens and the browser sessions made with them. A secret has 256 random bits and is looked up by its
 * SHA-256, so nothing secret is compared byte by byte, and a stolen database opens no door.
 */
import { type AccessToken, TOKEN_LABEL_CHARS } from "../domain/identity.ts";
import { type Attempts, createAttempts } from "../lib/attempts.ts";
import { AppError, invalid, notFound } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import {
  countLiveTokens,
  deleteLoginSession,
  findTokenByHash,
  findTokenBySession,
  insertLoginSession,
  insertToken,
  listTokenRows,
  revokeTokenRow,
  touchToken,
} from "../store/tokens.ts";
import type { Core } from "./core.ts";

type AccessCore = Pick<Core, "sql">;

export const LOGIN_DAYS = 30;
export const LOGIN_TRIES = 5;
export const LOGIN_PAUSE_S = 60;
const LOGIN_ADDRESSES = 1000;
/** `last_used_at` is written at most this often. */
const TOUCH_EVERY_MS = 60_000;
const SECRET_BYTES = 32;
const TOKEN = /^boo_[A-Za-z0-9_-]{43}$/;
const SESSION = /^[A-Za-z0-9_-]{43}$/;

/** Makes a token. `token` is the secret: shown once, never stored. `invalid` for an empty or overlong label. */
export async function createToken(core: AccessCore, label: string): Promise<{ token: string; row: AccessToken }> {
  const clean = label.trim();
  if (!clean) throw invalid("Give the token a name, so that you know later what uses it.", "label");
  if (clean.length > TOKEN_LABEL_CHARS)
    throw invalid(`The name of a token has at most ${TOKEN_LABEL_CHARS} characters.`, "label");
  const token = `boo_${secret()}`;
  return { token, row: await insertToken(core.sql, { id: newId(), label: clean, hash: hashOf(token) }) };
}

/** Token mode with no live token would lock everybody out: makes the first one, or returns null. */
export async function ensureFirstToken(core: AccessCore): Promise<string | null> {
  if ((await countLiveTokens(core.sql)) > 0) return null;
  return (await createToken(core, "first token")).token;
}

/** All tokens, revoked ones last. */
export function listTokens(core: AccessCore): Promise<AccessToken[]> {
  return listTokenRows(core.sql);
}

/** Ends a token and the browsers that signed in with it; `not_found` when there is no live one. */
export async function revokeToken(core: AccessCore, id: string): Promise<AccessToken> {
  const row = await revokeTokenRow(core.sql, id);
  if (!row) throw notFound("token");
  return row;
}

/** The live token that `token` is, or null. */
export async function verifyToken(core: AccessCore, token: string): Promise<AccessToken | null> {
  if (!TOKEN.test(token)) return null;
  return touched(core, await findTokenByHash(core.sql, hashOf(token)));
}

/** The live token behind a browser's cookie, or null. */
export async function verifySession(core: AccessCore, session: string): Promise<AccessToken | null> {
  if (!SESSION.test(session)) return null;
  return touched(core, await findTokenBySession(core.sql, hashOf(session)));
}

/** Failures by address; one per process, made beside the server. */
export function createLoginAttempts(now?: () => number): Attempts {
  return createAttempts({ tries: LOGIN_TRIES, pause_ms: LOGIN_PAUSE_S * 1000, keys: LOGIN_ADDRESSES }, now);
}

/**
 * Trades a token for a browser session (the cookie's value). `unauthorized` says how many tries are left, `limit`
 * (429) when the next one is allowed.
 */
export async function login(
  core: AccessCore,
  attempts: Attempts,
  input: { token: string; address: string },
): Promise<{ session: string; expires_at: Date; token: AccessToken }> {
  const key = network(input.address);
  const wait = attempts.waitFor(key);
  if (wait > 0) throw tooMany(wait);
  const token = await verifyToken(core, input.token.trim());
  if (!token) throw wrongToken(attempts.fail(key));
  attempts.succeed(key);
  const session = secret();
  const expires_at = new Date(Date.now() + LOGIN_DAYS * 86_400_000);
  await insertLoginSession(core.sql, { hash: hashOf(session), token_id: token.id, expires_at });
  return { session, expires_at, token };
}

/** Ends one browser's session; fine for one that is unknown. */
export async function logout(core: AccessCore, session: string): Promise<void> {
  if (SESSION.test(session)) await deleteLoginSession(core.sql, hashOf(session));
}

function tooMany(wait_ms: number): AppError {
  const retry_after_s = Math.ceil(wait_ms / 1000);
  const message = `Too many wrong tokens from your address. Try again in ${retry_after_s} s.`;
  return new AppError("limit", message, { field: "token", status: 429, retry_after_s });
}

function wrongToken(left: number): AppError {
  const rest =
    left > 0
      ? `${left} ${left === 1 ? "try" : "tries"} left, then a pause of ${LOGIN_PAUSE_S} s.`
      : `Try again in ${LOGIN_PAUSE_S} s.`;
  return new AppError("unauthorized", `That token is not right. ${rest}`, { field: "token" });
}

async function touched(core: AccessCore, token: AccessToken | null): Promise<AccessToken | null> {
  if (token && Date.now() - (token.last_used_at?.getTime() ?? 0) > TOUCH_EVERY_MS) await touchToken(core.sql, token.id);
  return token;
}

const secret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("base64url");
const hashOf = (value: string) => new Bun.CryptoHasher("sha256").update(value).digest("hex");

/** One household has one IPv6 /64, so its addresses count together. */
function network(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head.split(":").filter(Boolean);
  if (tail !== undefined) {
    const rest = tail.split(":").filter(Boolean);
    while (groups.length + rest.length < 8) groups.push("0");
    groups.push(...rest);
  }
  return groups.slice(0, 4).join(":");
}
