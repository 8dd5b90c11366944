// The socket of one terminal: frames, back-off, and the truth about how it stands. Never gives up but on a clear no.
(() => {
  const BYTES = 0;
  const JSON_FRAME = 1;
  const FIRST_RETRY_MS = 300;
  const MAX_RETRY_MS = 5_000;
  /** A peer that does not answer a ping for this long is gone (tests: data-ping-ms). */
  const PING_MS = 15_000;
  const DEAD_MS = 10_000;
  const FRAME_BYTES = 32 * 1024;
  /** Read bytes are told in steps of this, so that the server knows how far behind we are. */
  const ACK_BYTES = 64 * 1024;
  /** Codes that mean no: the terminal is gone, or we did something that we would do again. */
  const FINAL = new Set([4400, 4404, 4429]);

  class Link {
    constructor(path, { size, onBytes, onSaid, onState, pingMs = PING_MS }) {
      Object.assign(this, { size, onBytes, onSaid, onState, pingMs });
      const url = new URL(path, location.href);
      url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      this.url = url.href;
      this.encoder = new TextEncoder();
      this.decoder = new TextDecoder();
      this.tries = 0;
      this.over = false;
      this.wake = () => {
        if (!document.hidden) this.now();
      };
      addEventListener("online", this.wake);
      document.addEventListener("visibilitychange", this.wake);
      this.pinging = setInterval(() => this.ping(), this.pingMs);
      this.connect();
    }

    connect() {
      clearTimeout(this.retry);
      this.retry = 0;
      const socket = new WebSocket(this.url);
      socket.binaryType = "arraybuffer";
      this.socket = socket;
      this.read = 0;
      this.acked = 0;
      this.asked = 0;
      this.behind = false;
      this.state("connecting");
      socket.onopen = () => {
        this.say({ ack: 0 });
        this.say(this.size());
      };
      socket.onmessage = ({ data }) => this.hear(new Uint8Array(data));
      socket.onclose = (event) => this.closed(socket, event);
    }

    hear(frame) {
      this.asked = 0;
      if (frame[0] === BYTES) return this.onBytes(frame.subarray(1));
      const said = JSON.parse(this.decoder.decode(frame.subarray(1)));
      if (said.attached) {
        this.tries = 0;
        this.behind = false;
        this.state("open");
      }
      if (said.behind) {
        this.behind = true;
        this.tellRead();
        this.state("behind");
      }
      this.onSaid(said);
    }

    closed(socket, { code, reason }) {
      if (this.socket !== socket || this.over) return;
      this.socket = null;
      if (FINAL.has(code))
        return this.state("refused", { reason: reason || "The server refused.", gone: code === 4404 });
      this.tries += 1;
      const wait = Math.min(FIRST_RETRY_MS * 2 ** (this.tries - 1), MAX_RETRY_MS) * (0.7 + Math.random() * 0.3);
      this.retry = setTimeout(() => this.connect(), wait);
      this.state("lost", { again_at: Date.now() + wait, tries: this.tries });
    }

    /** At once, instead of when the next try is due: the network is back, or somebody looks again. */
    now() {
      if (this.over) return;
      if (this.retry) this.connect();
      else this.ping();
    }

    /** Tried again by hand after a no. */
    again() {
      if (!this.socket && !this.retry) this.connect();
    }

    ping() {
      if (this.socket?.readyState !== WebSocket.OPEN || document.hidden || this.asked) return;
      this.asked = Date.now();
      const asked = this.asked;
      this.say({ ping: asked });
      setTimeout(
        () => {
          if (this.asked === asked) this.drop();
        },
        Math.min(DEAD_MS, this.pingMs * 2),
      );
    }

    /** A close that the dead peer would have to answer takes a minute; we do not wait for it. */
    drop() {
      const socket = this.socket;
      if (!socket) return;
      socket.close();
      this.closed(socket, { code: 1006 });
    }

    say(message) {
      this.send(JSON_FRAME, this.encoder.encode(JSON.stringify(message)));
    }

    /** False when nobody takes it. */
    type(bytes) {
      for (let at = 0; at < bytes.length; at += FRAME_BYTES)
        if (!this.send(BYTES, bytes.subarray(at, at + FRAME_BYTES))) return false;
      return true;
    }

    send(kind, bytes) {
      if (this.socket?.readyState !== WebSocket.OPEN) return false;
      const frame = new Uint8Array(bytes.length + 1);
      frame[0] = kind;
      frame.set(bytes, 1);
      this.socket.send(frame);
      return true;
    }

    /** So many bytes were drawn. */
    drawn(length) {
      this.read += length;
      // Once behind, the server waits to hear that nearly all was drawn.
      if (this.behind || this.read - this.acked >= ACK_BYTES) this.tellRead();
    }

    tellRead() {
      this.acked = this.read;
      this.say({ ack: this.read });
    }

    state(name, more = {}) {
      this.onState(name, more);
    }

    close() {
      this.over = true;
      clearTimeout(this.retry);
      clearInterval(this.pinging);
      removeEventListener("online", this.wake);
      document.removeEventListener("visibilitychange", this.wake);
      this.socket?.close();
    }
  }

  window.BooTermLink = Link;
})();
