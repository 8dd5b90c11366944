/** Markdown made of the lines that are hard to cut, for properties. */
import fc from "fast-check";

const LINES = [
  ..."a|b c|- x|- y|* z|+ p|1. one|2. two|10. ten|1) p|> q|> - r|> ```|>|```|```js|~~~|````|# h|## |#no|---|===|***".split(
    "|",
  ),
  ..."- - -|* * *|-|1.|=|--|    code|  two|   three|     five|\ttab|  - n|   - m|    - o|  ```|   ```|    ```|  > q".split(
    "|",
  ),
  ..."text:|||||  |- ```|1. ```|- # h|-    wide|-      code|1.  two|   1. in|  lazy|- [ ] t|3. - x|\t- t".split("|"),
  ..."<div>|</div>|**b|`c|[r]: http://x.y|see `src/a.ts:3` & <b>|https://a.b/c?d=1&e=2|![p](http://x.y/z.png)".split(
    "|",
  ),
  "|a|b|",
  "|-|-|",
  "|-:|:-:|",
  "a|b",
  "-|-",
  "𝒳 é 漢",
];

/** Documents of up to `max` lines. */
export const documents = (max: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: max }).map((lines) => lines.join("\n"));

/** A text in pieces: any cuts, also inside of surrogate pairs and of line ends. */
export const inPieces = (text: string): fc.Arbitrary<string[]> =>
  fc.array(fc.nat(Math.max(0, text.length)), { maxLength: 24 }).map((cuts) => {
    const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
    return at.slice(1).map((end, i) => text.slice(at[i], end));
  });
