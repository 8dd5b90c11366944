/** What a message may begin with: `/name`. */
export const SLASH_KINDS = ["verb", "skill", "agent"] as const;
/** Something BooCode does, a skill, or a command that the agent of the chat announced. */
export type SlashKind = (typeof SLASH_KINDS)[number];

export interface SlashCommand {
  kind: SlashKind;
  /** Without the `/`. */
  name: string;
  description: string;
  /** What to write after it. */
  hint: string | null;
  /** Who has it: "built in", "project", an agent's name. */
  from: string;
}
