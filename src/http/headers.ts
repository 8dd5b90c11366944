/** Security headers of every answer, and the stricter ones of bytes that are not ours. */
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const FOREIGN_CSP = "sandbox; default-src 'none'";

/**
 * `Referrer-Policy` must not be no-referrer: browsers then send `Origin: null` with our own form posts, which the
 * guard refuses. The two cross-origin headers keep other sites' windows and tags away from our answers.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CSP,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()",
  "x-frame-options": "DENY",
};

/** Adds what is missing; a header that the route set itself (a stricter policy, a longer cache) stays. */
export function finishHeaders(headers: Headers, requestId: string): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  headers.set("x-request-id", requestId);
}

/** The only types a browser may draw itself; SVG is a document with scripts and therefore not among them. */
const INLINE_TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

export interface ForeignOptions {
  /** Content type as we found it; anything that is not a plain token pair becomes application/octet-stream. */
  type: string;
  /** File name for the download. */
  name: string;
  /** Ask for inline; granted to raster images only. */
  inline?: boolean;
}

/** Bytes that are not ours (files, attachments, exports): sandboxed, never sniffed, a download unless a raster image. */
export function foreignBytes(
  body: string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array> | null,
  options: ForeignOptions,
): Response {
  const type = /^[a-z0-9.+-]+\/[a-z0-9.+-]+(; ?charset=[a-z0-9-]+)?$/i.test(options.type)
    ? options.type.toLowerCase()
    : "application/octet-stream";
  const inline = options.inline === true && INLINE_TYPES.has(type);
  return new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": disposition(inline ? "inline" : "attachment", options.name),
      "content-security-policy": FOREIGN_CSP,
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}

const NAME_CHARS = 150;

/** RFC 6266: an ASCII fallback, and the real name percent-encoded; no quote, newline or slash gets through. */
function disposition(kind: "inline" | "attachment", name: string): string {
  const real =
    name
      .toWellFormed()
      .replace(/[\u0000-\u001f\u007f/\\]/g, "_")
      .slice(-NAME_CHARS) || "file";
  const ascii = real.replace(/[^\x20-\x7e]/g, "_").replace(/["%]/g, "_");
  const encoded = encodeURIComponent(real.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
