/** Prompts and tool descriptions are text files beside the code; Bun imports them as strings. */
declare module "*.md" {
  const text: string;
  export default text;
}
/** What is looked for in syntax trees: queries beside the code. */
declare module "*.scm" {
  const text: string;
  export default text;
}
