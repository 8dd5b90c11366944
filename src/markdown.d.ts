/** Prompts and tool descriptions are text files beside the code; Bun imports them as strings. */
declare module "*.md" {
  const text: string;
  export default text;
}
