import { z } from "zod";
import {
  OPTION_LIMIT_CHARS,
  OPTIONS_MAX,
  OPTIONS_MIN,
  QUESTION_LIMIT_CHARS,
  QUESTIONS_MAX,
  type Question,
  type QuestionReply,
  type QuestionRequest,
  replyWords,
} from "../../domain/request.ts";
import { NO_TIME_LIMIT, type ToolResult } from "../../domain/tool.ts";
import { invalid, unavailable } from "../../lib/errors.ts";
import { counted } from "../../lib/format.ts";
import { oneLine } from "../../lib/text.ts";
import description from "./ask_user_input.md" with { type: "text" };
import { defineTool } from "./define.ts";

const text = (max: number) => z.string().trim().min(1).max(max);
const question = z.object({
  question: text(QUESTION_LIMIT_CHARS).describe(`One sentence, at most ${QUESTION_LIMIT_CHARS} characters.`),
  options: z
    .array(text(OPTION_LIMIT_CHARS))
    .min(OPTIONS_MIN)
    .max(OPTIONS_MAX)
    .describe(
      `${OPTIONS_MIN} to ${OPTIONS_MAX} answers to choose from, each at most ${OPTION_LIMIT_CHARS} characters.`,
    ),
  select: z.enum(["one", "many"]).default("one").describe("Whether several options may be chosen."),
});

export const askUserInputTool = defineTool({
  name: "ask_user_input",
  kind: "ask",
  description,
  read_only: true,
  timeout_ms: NO_TIME_LIMIT,
  input: z.object({
    questions: z.array(question).min(1).max(QUESTIONS_MAX).describe(`1 to ${QUESTIONS_MAX}, shown together.`),
  }),
  shown: ({ questions }) => questions.map((q) => q.question).join(" "),
  async run({ questions }, { ask }) {
    if (!ask) throw unavailable("Nobody can be asked here.");
    const asked = questions.map(checked);
    const request = await ask({ kind: "question", title: asked[0]!.question, detail: { questions: asked } });
    return resultOf(request as QuestionRequest);
  },
});

function checked({ question, options, select }: Question, index: number): Question {
  const different = [...new Set(options)];
  if (different.length < OPTIONS_MIN)
    throw invalid(`Question ${index + 1} has the same option twice; give ${OPTIONS_MIN} different ones.`, "options");
  return { question: oneLine(question, QUESTION_LIMIT_CHARS), options: different, select };
}

function resultOf(request: QuestionRequest): ToolResult {
  if (request.state === "expired")
    return {
      text: "Nobody answered in time. Go on with what is safe to assume and say what you assumed, or end and say what you need to know.",
      note: "no answer in time",
      failed: true,
    };
  if (request.state === "denied")
    return { text: "The user does not want to answer this. Decide yourself, or leave it out.", note: "not answered" };
  const replies = request.answer?.replies ?? [];
  const { questions } = request.detail;
  return {
    text: questions.map((q, i) => `${q.question}\n${said(replies[i])}`).join("\n\n"),
    note: questions.length === 1 ? replyWords(replies[0]!) : counted(questions.length, "answer"),
  };
}

function said(reply: QuestionReply | undefined): string {
  const { selected = [], text = "" } = reply ?? {};
  return [...selected.map((option) => `- ${option}`), text === "" ? "" : `In their own words: ${text}`]
    .filter(Boolean)
    .join("\n");
}
