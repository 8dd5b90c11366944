/** `bun terminal-relay.ts PROGRAM`: prints its address; the page is xterm.js on a socket, behind it the program on a PTY. */
const [program = "sh"] = process.argv.slice(2);
const file = (name: string) => Bun.file(Bun.resolveSync(name, import.meta.dir));
const PAGE = `<!doctype html><meta charset=utf-8><link rel=stylesheet href=/xterm.css><style>html,body,#t{height:100%;margin:0}</style>
<div id=t></div><script src=/xterm.js></script><script src=/fit.js></script><script>
const term = window.term = new Terminal({ scrollback: 0 }); const fit = new FitAddon.FitAddon(); term.loadAddon(fit);
term.open(document.getElementById("t")); fit.fit();
const ws = new WebSocket("ws://" + location.host + "/ws?cols=" + term.cols + "&rows=" + term.rows); ws.binaryType = "arraybuffer";
ws.onmessage = (e) => term.write(new Uint8Array(e.data)); term.onData((d) => ws.send(d));
</script>`;

interface Data {
  cols: number;
  rows: number;
  child?: { terminal?: Bun.Terminal };
}

const server = Bun.serve<Data>({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request, s) {
    const url = new URL(request.url);
    if (url.pathname === "/xterm.js") return new Response(file("@xterm/xterm/lib/xterm.js"));
    if (url.pathname === "/fit.js") return new Response(file("@xterm/addon-fit/lib/addon-fit.js"));
    if (url.pathname === "/xterm.css") return new Response(file("@xterm/xterm/css/xterm.css"));
    const size = { cols: Number(url.searchParams.get("cols")), rows: Number(url.searchParams.get("rows")) };
    if (url.pathname === "/ws" && s.upgrade(request, { data: size })) return;
    return new Response(PAGE, { headers: { "content-type": "text/html" } });
  },
  websocket: {
    open(ws) {
      const { cols, rows } = ws.data;
      ws.data.child = Bun.spawn([program], {
        terminal: { cols, rows, data: (_t, bytes) => void ws.sendBinary(bytes) },
      });
    },
    message(ws, message) {
      ws.data.child?.terminal?.write(message as string);
    },
  },
});
console.log(`http://127.0.0.1:${server.port}`);
