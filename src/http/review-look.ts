/** How this browser shows lines, kept in a cookie of its own as the right rail's panel is. */
import type { ReviewLook } from "../domain/review.ts";
import { factsOf } from "./request.ts";

const COOKIE = "boocode_review";
const YEAR_S = 31_536_000;

export function rememberedLook(request: Request): ReviewLook {
  const cookies = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const value = cookies.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? "";
  const words = value.split(".");
  return { split: words.includes("split"), blanks: !words.includes("noblanks") };
}

/** The header that keeps it. */
export function rememberLook(request: Request, look: ReviewLook): Record<string, string> {
  const value = [look.split ? "split" : "unified", look.blanks ? "blanks" : "noblanks"].join(".");
  const secure = factsOf(request)?.secure ? "; Secure" : "";
  return { "set-cookie": `${COOKIE}=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax; HttpOnly${secure}` };
}
