/**
 * Which addresses web tools may connect to: those of the public internet and no others. Names are resolved here, every
 * address of a name is looked at, and the connection is made to an address that was looked at, never to the name again.
 */
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import { Refusal } from "../refusal.ts";

/** How names become addresses, and which addresses are fine although they are not public: only tests have any. */
export interface Reach {
  resolve(host: string): Promise<string[]>;
  /** `127.0.0.1:8080`, exactly. */
  permits: ReadonlySet<string>;
  /** Certificates that are trusted beside the usual, PEM. */
  ca?: string;
}

export const PUBLIC_REACH: Reach = {
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  permits: new Set(),
};

/** Public by their numbers, and all the same not the internet: Azure's way into its virtual machines. */
const METADATA = new Set(["168.63.129.16"]);
const RESOLVE_MS = 5_000;
/** Of a name with many addresses: more are not tried. */
const ADDRESSES_MAX = 16;

/** True for an address that anybody on the internet can reach, and that is not one of this machine. */
export function isPublic(address: string, own: ReadonlySet<string> = ownAddresses()): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  if (ip.kind() === "ipv6") {
    const six = ip as ipaddr.IPv6;
    const { parts } = six;
    // ::a.b.c.d, an old way to write an IPv4 address.
    if (parts.slice(0, 6).every((part) => part === 0)) return false;
    // A network without IPv4 reaches it through these: what counts is the address inside.
    if (six.range() === "rfc6052") return parts[2] === 0 && isPublic(fourOf(parts[6]!, parts[7]!), own);
  }
  if (ip.range() !== "unicast") return false;
  const plain = ip.toString();
  return !METADATA.has(plain) && !own.has(plain);
}

const fourOf = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;

/** This machine's own addresses: a service that listens on all of them is not to be reached by its public one. */
function ownAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new Set(all.flatMap(({ address }) => (ipaddr.isValid(address) ? ipaddr.process(address).toString() : [])));
}

/**
 * The addresses of a URL's host that may be connected to, in the resolver's order. Throws Refusal when there is none, and
 * when only one of them may not be reached: a name that leads inside as well is not trusted at all.
 */
export async function checkedAddresses(url: URL, reach: Reach): Promise<string[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const addresses = ipaddr.isValid(host) ? [host] : await resolved(host, reach);
  const found = addresses
    .slice(0, ADDRESSES_MAX)
    .map((address) => (ipaddr.isValid(address) ? plainOf(address) : address));
  const own = ownAddresses();
  for (const address of found) {
    if (reach.permits.has(`${address}:${port}`) || isPublic(address, own)) continue;
    throw new Refusal(
      "forbidden",
      "refused: private address",
      `${host} is not on the public internet: web tools do not reach this machine or private networks.`,
    );
  }
  return found;
}

/** ::ffff:127.0.0.1 is 127.0.0.1. */
const plainOf = (address: string) => ipaddr.process(address).toString();

async function resolved(host: string, reach: Reach): Promise<string[]> {
  const missing = () => new Refusal("not_found", "no such host", `There is no host ${host}.`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(missing()), RESOLVE_MS);
  });
  try {
    const addresses = await Promise.race([reach.resolve(host), late]);
    if (addresses.length === 0) throw missing();
    return addresses;
  } catch (error) {
    throw error instanceof Refusal ? error : missing();
  } finally {
    clearTimeout(timer);
  }
}
