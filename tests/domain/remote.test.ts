import { describe, expect, test } from "bun:test";
import { forgeOf, placeOf, requestUrl, shownRemote } from "../../src/domain/remote.ts";

describe("the page that opens a pull request", () => {
  test.each([
    ["https://github.com/ada/relay.git", "https://github.com/ada/relay/compare/main...fix/a%20b?expand=1"],
    ["git@github.com:ada/relay.git", "https://github.com/ada/relay/compare/main...fix/a%20b?expand=1"],
    [
      "ssh://git@github.example.org:2222/ada/relay",
      "https://github.example.org/ada/relay/compare/main...fix/a%20b?expand=1",
    ],
    [
      "https://oauth2:tok@gitlab.com/group/sub/relay.git",
      "https://gitlab.com/group/sub/relay/-/merge_requests/new?merge_request%5Bsource_branch%5D=fix%2Fa+b&merge_request%5Btarget_branch%5D=main",
    ],
    ["git@bitbucket.org:ada/relay.git", "https://bitbucket.org/ada/relay/pull-requests/new?source=fix%2Fa+b&dest=main"],
    ["https://codeberg.org/ada/relay", "https://codeberg.org/ada/relay/compare/main...fix/a%20b"],
    ["git@forgejo.home.arpa:ada/relay.git", "https://forgejo.home.arpa/ada/relay/compare/main...fix/a%20b"],
  ])("%s", (remote, url) => expect(requestUrl(remote, "fix/a b", "main")).toBe(url));

  test.each([
    "/srv/git/relay.git",
    "../relay.git",
    "file:///srv/relay.git",
    "https://git.example.org/ada/relay",
    "C:/git/relay",
    "ext::sh -c x",
    "",
  ])("nothing is guessed for %s", (remote) => expect(requestUrl(remote, "fix", "main")).toBeNull());

  test("without a base it compares with the default branch, where the forge has such a page", () => {
    expect(requestUrl("git@github.com:a/b", "x", null)).toBe("https://github.com/a/b/compare/x?expand=1");
    expect(requestUrl("https://codeberg.org/a/b", "x", null)).toBeNull();
  });

  test("names that only look like a forge are none", () => {
    for (const host of ["notgithub.com", "mygitlabs.org", "gitlabx.com", "xgitea.org"])
      expect([host, forgeOf({ host, path: "a/b" })]).toEqual([host, null]);
  });
});

test("addresses with a password are shown without it", () => {
  expect(shownRemote("https://ada:s3cret@host/o/r.git")).toBe("https://host/o/r.git");
  expect(shownRemote("https://ghp_token@github.com/o/r")).toBe("https://github.com/o/r");
  expect(shownRemote("ssh://git@host/o/r")).toBe("ssh://git@host/o/r");
  expect(shownRemote("git@host:o/r")).toBe("git@host:o/r");
});

test("an address is taken apart", () => {
  expect(placeOf("ssh://git@Host.org:22/o/r.git/")).toEqual({ host: "host.org", path: "o/r" });
  expect(placeOf("host.org:o/r")).toEqual({ host: "host.org", path: "o/r" });
  expect(placeOf("https://host.org/only")).toBeNull();
});
