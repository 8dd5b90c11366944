/** Which addresses web tools may reach, in every form in which they can be written. */
import { describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { checkedAddresses, isPublic, PUBLIC_REACH, type Reach } from "../../../src/drivers/web/addresses.ts";
import { checkedUrl } from "../../../src/drivers/web/get.ts";

const INSIDE = [
  ...[
    "127.0.0.1",
    "127.255.0.9",
    "0.0.0.0",
    "10.0.0.4",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
  ],
  ...[
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
  ],
  ...["255.255.255.255", "168.63.129.16"],
  ...["::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1", "fe80::1"],
  ...["fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a00:4", "64:ff9b:1::1"],
  ...["2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "fe80::1%eth0", "not an address", ""],
];
const OUTSIDE = [
  "8.8.8.8",
  "1.1.1.1",
  "93.184.216.34",
  "2606:4700::1111",
  "2a00:1450:4001::1",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
];

describe("addresses", () => {
  test.each(INSIDE)("%p is not the internet", (address) => expect(isPublic(address)).toBe(false));
  test.each(OUTSIDE)("%p is", (address) => expect(isPublic(address)).toBe(true));
  test("a public address of this machine is not reached", () => {
    expect(isPublic("8.8.8.8", new Set(["8.8.8.8"]))).toBe(false);
    for (const { address } of Object.values(networkInterfaces()).flatMap((list) => list ?? []))
      expect(isPublic(address)).toBe(false);
  });
});

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return (error as { note?: string }).note ?? String(error);
  }
  return "allowed";
};
const never: Reach = { ...PUBLIC_REACH, resolve: () => Promise.reject(new Error("asked")) };

describe("hosts", () => {
  test.each([
    ...[
      "http://127.0.0.1/",
      "http://2130706433/",
      "http://0x7f000001/",
      "http://0177.0.0.1/",
      "http://127.1/",
      "http://0/",
    ],
    ...[
      "http://0xa9.0xfe.0xa9.0xfe/latest/meta-data/",
      "http://2852039166/",
      "http://[::1]/",
      "http://[::ffff:7f00:1]/",
    ],
    ...[
      "http://[0:0:0:0:0:ffff:169.254.169.254]/",
      "http://[fd00:ec2::254]/",
      "http://127。0。0。1/",
      "http://①②⑦.0.0.1/",
    ],
  ])("%s is refused without asking for a name", async (url) => {
    expect(await refusal(checkedAddresses(checkedUrl(url), never))).toBe("refused: private address");
  });

  test("a name is what it leads to; one address inside is enough to refuse it", async () => {
    const to = (...addresses: string[]): Reach => ({ ...PUBLIC_REACH, resolve: async () => addresses });
    const url = checkedUrl("http://name.example/");
    expect(await checkedAddresses(url, to("8.8.8.8", "1.1.1.1"))).toEqual(["8.8.8.8", "1.1.1.1"]);
    expect(await refusal(checkedAddresses(url, to("8.8.8.8", "10.0.0.1")))).toBe("refused: private address");
    expect(await refusal(checkedAddresses(url, to("::ffff:127.0.0.1")))).toBe("refused: private address");
    expect(await refusal(checkedAddresses(url, to("rubbish")))).toBe("refused: private address");
    expect(await refusal(checkedAddresses(url, to()))).toBe("no such host");
    expect(await refusal(checkedAddresses(url, never))).toBe("no such host");
    expect(await refusal(checkedAddresses(checkedUrl("http://localhost/"), PUBLIC_REACH))).toBe(
      "refused: private address",
    );
  });

  test("a permit is for one address at one port", async () => {
    const reach: Reach = { ...never, permits: new Set(["127.0.0.1:8080"]) };
    expect(await checkedAddresses(checkedUrl("http://127.0.0.1:8080/"), reach)).toEqual(["127.0.0.1"]);
    expect(await refusal(checkedAddresses(checkedUrl("http://127.0.0.1:8081/"), reach))).toBe(
      "refused: private address",
    );
    expect(await refusal(checkedAddresses(checkedUrl("http://127.0.0.2:8080/"), reach))).toBe(
      "refused: private address",
    );
  });

  test("only http and https, without credentials, on ports of the web", () => {
    for (const url of [
      "file:///etc/passwd",
      "ftp://example.com/",
      "javascript:alert(1)",
      "data:text/html,x",
      "http://a:b@example.com/",
      "http://example.com:25/",
      "http://example.com:22/",
      "nonsense",
      "http://",
    ])
      expect(() => checkedUrl(url)).toThrow();
    expect(checkedUrl("https://example.com:8443/a#b").href).toBe("https://example.com:8443/a");
  });
});
