/** What a remote's address tells: where it is, and the page on which a pull request is opened. Nothing is guessed. */

export type Forge = "github" | "gitlab" | "bitbucket" | "gitea";

export interface RemotePlace {
  host: string;
  /** "owner/name", without ".git"; GitLab may have groups in between. */
  path: string;
}

/** https, ssh and git addresses, and git's short form `user@host:path`; null for a directory and for anything else. */
export function placeOf(url: string): RemotePlace | null {
  const long = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/i.exec(url);
  const short = long ? null : /^(?:[^@/:]+@)?([^/:@]+\.[^/:@]+):(?!\/\/)(.+)$/.exec(url);
  const found = long ?? short;
  if (!found) return null;
  const path = found[2]!.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  return path.includes("/") ? { host: found[1]!.toLowerCase(), path } : null;
}

/** By the host's name alone; null when it says nothing. */
export function forgeOf({ host }: RemotePlace): Forge | null {
  if (host === "github.com" || host.startsWith("github.")) return "github";
  if (/(^|[.-])gitlab([.-]|$)/.test(host)) return "gitlab";
  if (host === "bitbucket.org") return "bitbucket";
  if (host === "codeberg.org" || /(^|[.-])(gitea|forgejo)([.-]|$)/.test(host)) return "gitea";
  return null;
}

const FORGE_WORDS: Record<Forge, string> = {
  github: "pull request",
  gitlab: "merge request",
  bitbucket: "pull request",
  gitea: "pull request",
};
export const requestWord = (forge: Forge): string => FORGE_WORDS[forge];

/** The page that opens a pull request of `branch` into `base`; null where the forge is not known. */
export function requestUrl(remote: string, branch: string, base: string | null): string | null {
  const place = placeOf(remote);
  const forge = place && forgeOf(place);
  if (!place || !forge) return null;
  const home = `https://${place.host}/${place.path.split("/").map(encodeURIComponent).join("/")}`;
  const name = (ref: string) => ref.split("/").map(encodeURIComponent).join("/");
  const range = base === null ? name(branch) : `${name(base)}...${name(branch)}`;
  switch (forge) {
    case "github":
      return `${home}/compare/${range}?expand=1`;
    case "gitea":
      // Without a base it has no page of its own: the comparison is with the default branch.
      return base === null ? null : `${home}/compare/${range}`;
    case "gitlab": {
      const query = new URLSearchParams({ "merge_request[source_branch]": branch });
      if (base !== null) query.set("merge_request[target_branch]", base);
      return `${home}/-/merge_requests/new?${query}`;
    }
    case "bitbucket": {
      const query = new URLSearchParams({ source: branch, ...(base !== null && { dest: base }) });
      return `${home}/pull-requests/new?${query}`;
    }
  }
}

/** For people: a password or token that stands in an address is not shown. */
export const shownRemote = (url: string): string =>
  url.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^@/]*)@/i, (_, scheme: string, who: string) => {
    const [user, secret] = who.split(":");
    // A user alone is part of the address with ssh and a token with https.
    return secret === undefined && /^(ssh|git\+ssh):/i.test(scheme) ? `${scheme}${user}@` : scheme;
  });
