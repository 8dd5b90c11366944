/** What the palette can do from anywhere; later features add their line here. */
import { urls } from "../../views/urls.ts";
import type { PaletteItem } from "../domain/palette.ts";

const action = (title: string, url: string, hint = ""): PaletteItem => ({ kind: "action", title, hint, url });

export const paletteActions: readonly PaletteItem[] = [
  action("New session", urls.newSession()),
  action("Add a project", urls.newProject),
  action("Go to the desk", urls.desk),
  action("Search everything", urls.search()),
  action("Settings", urls.settings),
  action("Worktrees of all sessions", urls.worktrees),
  action("Agents' processes", urls.processes),
  action("Connect a model", `${urls.settings}#models`, "Settings"),
  action("MCP servers", `${urls.settings}#mcp`, "Settings"),
  action("Search engine for the web", `${urls.settings}#web`, "Settings"),
  action("Access tokens", `${urls.settings}#tokens`, "Settings"),
  action("Theme: light, dark or system", `${urls.settings}#look`, "Settings"),
  action("Check for model servers", urls.onboarding),
  action("API description (OpenAPI)", urls.openapi),
];
