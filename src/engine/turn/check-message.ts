/** What a message must be like before anything is stored of it. */
import { MESSAGE_LIMIT_CHARS } from "../../domain/message.ts";
import { invalid } from "../../lib/errors.ts";
import { count } from "../../lib/format.ts";
import { storable } from "../../lib/storable.ts";

const CLIENT_ID_LIMIT_CHARS = 100;

/** The text as it is stored; with something `attached` it may be empty. Errors: invalid, naming text. */
export function checkText(raw: string, attached = 0): string {
  const text = storable(raw).replace(/\r\n?/g, "\n").trimEnd();
  if (text.trim() === "" && attached === 0) throw invalid("Write a message first.", "text");
  if (text.length > MESSAGE_LIMIT_CHARS)
    throw invalid(
      `A message has at most ${count(MESSAGE_LIMIT_CHARS)} characters; this one has ${count(text.length)}. Attach the long part as a file.`,
      "text",
    );
  return text.trim() === "" ? "" : text;
}

/** Errors: invalid, naming client_id. */
export function checkClientId(id: string | undefined): string | null {
  if (!id) return null;
  if (id.length > CLIENT_ID_LIMIT_CHARS || !/^[\w.:-]+$/.test(id))
    throw invalid("client_id has at most 100 letters, digits, dots, colons and dashes.", "client_id");
  return id;
}
