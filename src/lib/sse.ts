/** Frames of an event stream (WHATWG HTML, "server-sent events"). A newline in data needs a data field of its own. */
export interface SseMessage {
  id?: number | string;
  /** Unnamed messages are swapped in by the page; named ones become DOM events. */
  event?: string;
  data: string;
}

export function sseFrame({ id, event, data }: SseMessage): string {
  const head = `${id === undefined ? "" : `id: ${id}\n`}${event ? `event: ${event}\n` : ""}`;
  return `${head}data: ${/[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join("\ndata: ") : data}\n\n`;
}
