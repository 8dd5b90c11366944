/**
 * What a scripted agent does for one prompt, in the order of the directives in it; without any it says what it was told.
 *
 *   [[say:TEXT]] [[think:TEXT]] [[tokens:N]] [[stamps:N]]     text in pieces of a word; stamps are "@<epoch µs> "
 *   [[slow:MS]] [[wait:MS]]                                   before every piece from here on; once
 *   [[write:PATH|TEXT]] [[edit:PATH|OLD|NEW]] [[delete:PATH]] [[bash:COMMAND]] [[read:PATH]]   calls; all but read ask first
 *   [[asktwice:PATH|TEXT]]                                    a write that asks, and asks again
 *   [[askfirst:PATH|TEXT|WORDS]]                              a write that is asked for before it and WORDS are told
 *   [[plan:A|B|C]] [[step:N]]                                 a plan, and how much of it is done
 *   [[commands:a,b]] [[mode:ID]] [[title:TEXT]] [[usage:USED,SIZE,COST]] [[notice:TEXT]]
 *   [[hang]] [[die:CODE]] [[error:TEXT]] [[auth]] [[garbage:N]] [[flood:MB]] [[stop:REASON]] [[unknown]] [[stray:SECONDS]]
 *   [[history]]                                               says what it remembers of the conversation
 */
export interface Directive {
  op: string;
  arg: string;
}

const NEW = "\nThe new message:\n\n";

export function directivesOf(prompt: string): Directive[] {
  // What was said before is told along with the message: it is not to be done again.
  const said = prompt.slice(prompt.indexOf(NEW) < 0 ? 0 : prompt.indexOf(NEW) + NEW.length);
  const found = [...said.matchAll(/\[\[([a-z]+)(?::([\s\S]*?))?\]\]/g)].map((m) => ({ op: m[1]!, arg: m[2] ?? "" }));
  return found.length > 0 ? found : [{ op: "say", arg: `You said: ${said}` }];
}
