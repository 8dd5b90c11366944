/** MCP servers: programs and addresses whose tools models may call, each with its state, and how to add one. */
import { type McpServer, toolCounts } from "../../src/domain/mcp.ts";
import type { Status } from "../../src/domain/nav.ts";
import { counted, duration } from "../../src/lib/format.ts";
import { ids } from "../ids.ts";
import type { FormError } from "../ui/fields.tsx";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { urls } from "../urls.ts";
import { McpFields } from "./mcp-form.tsx";
import { RowButtons } from "./row-buttons.tsx";

interface SectionProps {
  servers: readonly McpServer[];
  /** What is wrong with mcp.json. */
  problem: string | null;
  now: number;
  refused?: { values: Record<string, string>; error: FormError } | undefined;
}

export function McpServers({ servers, problem, now, refused }: SectionProps) {
  return (
    <section class="band" id="mcp" aria-labelledby="mcp-h">
      <header>
        <Icon name="server" />
        <h2 id="mcp-h">MCP servers</h2>
        <span class="note d">
          from <code>mcp.json</code> in the data directory
        </span>
        {servers.length > 0 ? (
          <form method="post" action={`${urls.mcpChecks}#mcp`}>
            <button type="submit" class="btn btn-sm">
              <Icon name="refresh" />
              Test all
            </button>
          </form>
        ) : (
          ""
        )}
      </header>
      {problem ? (
        <p class="note-bad" role="alert" safe>
          {problem}
        </p>
      ) : (
        ""
      )}
      <McpList servers={servers} now={now} />
      <details class="diag" open={refused !== undefined}>
        <summary>
          <Icon name="caret" />
          Add a server
        </summary>
        <form class="form" method="post" action={`${urls.mcpServers}#mcp`}>
          <McpFields values={refused?.values ?? {}} error={refused?.error} named />
          <div class="btns">
            <button type="submit" class="btn">
              Add and test
            </button>
          </div>
        </form>
      </details>
    </section>
  );
}

/** The list alone, which the stream sends when one changed. */
export function McpList({ servers }: { servers: readonly McpServer[]; now: number }) {
  return (
    <ul class="prov-list" id={ids.mcpServers}>
      {servers.length === 0 ? (
        <li>
          <div>
            <span class="mid">None yet. What a server offers becomes tools of your chats.</span>
          </div>
        </li>
      ) : (
        servers.map((server) => <Line server={server} />)
      )}
    </ul>
  );
}

export function stateOf(server: McpServer): { status: Status; word: string } {
  if (!server.enabled) return { status: "stopped", word: "Off" };
  if (server.state === "starting") return { status: "running", word: "Starting" };
  if (server.state === "error") return { status: "failed", word: "Failed" };
  if (server.state === "unknown") return { status: "idle", word: "Not tested" };
  return server.running ? { status: "done", word: "Connected" } : { status: "done", word: "Ready" };
}

/** `5 tools, 2 for coders only, 1 asks, 3 not offered` */
export function toolWords(server: McpServer): string {
  const { all, offered, writes, unsaid } = toolCounts(server.tools);
  const more = [
    writes > 0 ? `${writes} for coders only` : "",
    unsaid > 0 ? counted(unsaid, "asks", "ask") : "",
    all > offered ? `${all - offered} not offered` : "",
  ].filter(Boolean);
  return [counted(all, "tool"), ...more].join(", ");
}

const offers = (server: McpServer): string => (server.state === "ready" ? `· ${toolWords(server)}` : "");

function Line({ server }: { server: McpServer }) {
  const { status, word } = stateOf(server);
  const facts = [
    server.start_ms !== null && server.running ? duration(server.start_ms) : "",
    server.pid === null ? "" : `pid ${server.pid}`,
  ].filter(Boolean);
  return (
    <li>
      <div>
        <b safe>{server.name}</b>
        <span class="mid cut">
          <code safe>{server.target}</code> <span safe>{offers(server)}</span>
        </span>
      </div>
      <span class="state">
        <StatusWord status={status} word={word} />
        {facts.length > 0 && server.enabled ? <small safe>{facts.join(", ")}</small> : ""}
      </span>
      <RowButtons
        label={server.name}
        enabled={server.enabled}
        test={server.enabled ? { word: "Test", url: `${urls.mcpChecks}#mcp`, field: "name", value: server.name } : null}
        switch_url={`${urls.mcpChange(server.name)}#mcp`}
        look={{ word: "Tools", url: urls.mcpServer(server.name) }}
      />
      {server.error && server.enabled ? (
        <p class="why" safe>
          {server.error}
        </p>
      ) : (
        ""
      )}
    </li>
  );
}
