/** One MCP server: its state, its tools with what they say of themselves, what it complained about, how it is started. */
import type { McpEffect, McpServer, McpTool } from "../../src/domain/mcp.ts";
import { PageHeader } from "../layout/header.tsx";
import { attr } from "../ui/attr.ts";
import type { FormError } from "../ui/fields.tsx";
import { Icon, StatusWord } from "../ui/icons.tsx";
import { Age } from "../ui/time.tsx";
import { urls } from "../urls.ts";
import { stateOf, toolWords } from "./mcp.tsx";
import { McpFields } from "./mcp-form.tsx";

interface Props {
  server: McpServer;
  /** The end of standard error, and what it printed that was no message. */
  complaints: string;
  values: Readonly<Record<string, string>> | object;
  now: number;
  refused?: { values: Record<string, string>; error: FormError } | undefined;
}

export function McpServerContent({ server, complaints, values, now, refused }: Props) {
  return (
    <>
      <PageHeader title={server.name}>
        <span class="grow"></span>
        <a class="btn" href={`${urls.settings}#mcp`}>
          All servers
        </a>
      </PageHeader>
      <div class="page">
        <div class="sheet">
          <State server={server} now={now} />
          <Tools server={server} />
          <Complaints text={complaints} />
          <How server={server} values={refused?.values ?? (values as Record<string, string>)} error={refused?.error} />
        </div>
      </div>
    </>
  );
}

function State({ server, now }: { server: McpServer; now: number }) {
  const { status, word } = stateOf(server);
  return (
    <section class="band" aria-labelledby="state-h">
      <header>
        <h2 id="state-h">State</h2>
        <StatusWord status={status} word={word} />
        {server.checked_at ? (
          <span class="note">
            asked <Age since={server.checked_at} now={now} short /> ago
          </span>
        ) : (
          ""
        )}
        <form method="post" action={urls.mcpChecks}>
          <input type="hidden" name="name" value={attr(server.name)} />
          <button type="submit" class="btn btn-sm">
            <Icon name="refresh" />
            Test
          </button>
        </form>
      </header>
      {server.error ? (
        <p class="note-bad" safe>
          {server.error}
        </p>
      ) : (
        ""
      )}
      <dl class="facts">
        <dt>{server.transport === "stdio" ? "Started as" : "Address"}</dt>
        <dd>
          <code safe>{server.target}</code>
        </dd>
        <dt>By its own account</dt>
        <dd safe>{server.version ?? "not told"}</dd>
        <dt>{server.transport === "stdio" ? "Environment" : "Headers"}</dt>
        <dd safe>{server.given.join(", ") || "nothing beside the usual"}</dd>
      </dl>
    </section>
  );
}

const EFFECTS: Record<McpEffect, string> = {
  reads: "only reads",
  writes: "writes: for coders, and asks",
  unsaid: "does not say whether it writes: asks",
};

function Tools({ server }: { server: McpServer }) {
  return (
    <section class="band" aria-labelledby="tools-h">
      <header>
        <h2 id="tools-h">Tools</h2>
        <span class="note" safe>
          {toolWords(server)}
        </span>
      </header>
      {server.problems.map((problem) => (
        <p class="note-bad" safe>
          {problem}
        </p>
      ))}
      {server.tools.length === 0 ? <p>None known. Test it to ask for them.</p> : ""}
      <ul class="rows mcp-tools">
        {server.tools.map((tool) => (
          <Tool tool={tool} />
        ))}
      </ul>
    </section>
  );
}

function Tool({ tool }: { tool: McpTool }) {
  const facts = [EFFECTS[tool.effect], tool.left_out ? `not offered: ${tool.left_out}` : "", tool.problem ?? ""];
  return (
    <li>
      <div>
        <code safe>{tool.called}</code>
        <small safe>{facts.filter(Boolean).join(" · ")}</small>
        <p safe>{tool.description || tool.title || "It says nothing about itself."}</p>
      </div>
    </li>
  );
}

function Complaints({ text }: { text: string }) {
  if (text.trim() === "") return "";
  return (
    <section class="band" aria-labelledby="complaints-h">
      <header>
        <h2 id="complaints-h">What it complained about</h2>
      </header>
      <pre tabindex="0" safe>
        {text.trim()}
      </pre>
    </section>
  );
}

function How(props: { server: McpServer; values: Readonly<Record<string, string>>; error: FormError | undefined }) {
  const { server, values, error } = props;
  return (
    <section class="band" aria-labelledby="how-h">
      <header>
        <h2 id="how-h">How it is started and what is offered</h2>
      </header>
      <form class="form" method="post" action={urls.mcpChange(server.name)}>
        <p class="mid">
          Values of variables and headers are not shown again: a name alone keeps the one that is stored.
        </p>
        <McpFields values={values} error={error} />
        <div class="btns">
          <button type="submit" class="btn">
            Save
          </button>
        </div>
      </form>
      <form method="post" action={urls.mcpRemoval(server.name)}>
        <button type="submit" class="btn btn-quiet">
          <Icon name="trash" />
          Remove it
        </button>
      </form>
    </section>
  );
}
