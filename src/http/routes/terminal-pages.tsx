/** How terminals are drawn: the pane, the page, the list, the form for a name, and the question before one is ended. */
import { Page } from "../../../views/layout/page.tsx";
import { TerminalList } from "../../../views/terminals/list.tsx";
import { TerminalNameContent } from "../../../views/terminals/name.tsx";
import {
  QuestionContent,
  TerminalContent,
  TerminalPane,
  TerminalQuestion,
} from "../../../views/terminals/terminal.tsx";
import type { TerminalNow } from "../../domain/terminal.ts";
import { framePage } from "../../engine/pages.ts";
import { sshTargets, terminalsOf } from "../../engine/terminals/terminals.ts";
import { AppError } from "../../lib/errors.ts";
import { findSession, sessionTitles } from "../../store/sessions.ts";
import { htmlAnswer, wants } from "../respond.ts";
import { frameFor, type Web } from "../web.ts";

async function propsOf(web: Web, terminal: TerminalNow) {
  return {
    terminal,
    screen: await web.core.terminals.screenOf(terminal),
    font_px: web.core.settings.now.terminal_font_px,
    asset: (name: string) => web.assets.url(name),
    now: Date.now(),
  };
}

export async function drawPane(web: Web, _request: Request, terminal: TerminalNow): Promise<string> {
  return TerminalPane(await propsOf(web, terminal)) as string;
}

export async function drawTerminal(web: Web, request: Request, terminal: TerminalNow): Promise<string> {
  const content = TerminalContent(await propsOf(web, terminal)) as string;
  return inPage(web, request, `Terminal ${terminal.number}`, terminal.session_id, content);
}

export async function drawList(web: Web, request: Request, sessionId: string | null): Promise<string> {
  await web.core.terminals.refresh();
  const terminals = await terminalsOf(web.core, sessionId);
  const titles = await sessionTitles(web.core.sql, [...new Set(terminals.map((t) => t.session_id))]);
  const content = TerminalList({
    terminals,
    titles,
    session: sessionId === null ? null : await findSession(web.core.sql, sessionId),
    targets: sshTargets(web.core),
    now: Date.now(),
  }) as string;
  return inPage(web, request, "Terminals", sessionId, content);
}

export async function drawName(web: Web, request: Request, terminal: TerminalNow): Promise<string> {
  return inPage(web, request, "Rename", terminal.session_id, TerminalNameContent({ terminal }) as string);
}

/** Does it, or asks, when something runs that would be lost. Programs get the conflict itself. */
export async function asked(
  web: Web,
  request: Request,
  terminal: TerminalNow,
  action: "end" | "restart",
  act: () => Promise<Response>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    const form = wants(request);
    if (!(error instanceof AppError) || error.code !== "conflict" || form === "json" || form === "markdown")
      throw error;
    const props = { terminal, action, message: error.message };
    if (form === "fragment") return htmlAnswer(request, TerminalQuestion(props) as string, { status: 409 });
    const page = await inPage(web, request, error.message, terminal.session_id, QuestionContent(props) as string);
    return htmlAnswer(request, page, { status: 409 });
  }
}

async function inPage(
  web: Web,
  request: Request,
  title: string,
  sessionId: string | null,
  content: string,
): Promise<string> {
  const frame = frameFor(web, request, await framePage(web.core));
  return (
    <Page frame={frame} title={title} current={sessionId === null ? {} : { session_id: sessionId }}>
      {content as "safe"}
    </Page>
  ) as string;
}
