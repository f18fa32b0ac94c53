const ONCE_IN = 1_000;

/** Shows lines, of those that count (`read 60 …`, `applied 3 of 9`) one a second at most, and always the last. */
export function progress(output: { write(text: string): unknown }, now: () => number): (line: string) => void {
  let shown = Number.NEGATIVE_INFINITY;
  let withheld: string | undefined;
  return (line) => {
    const counts = /^(?:read|applied) \d/.test(line);
    const complete = /^applied (\d+) of \1(?!\d)/.test(line);
    if (counts && !complete && now() - shown < ONCE_IN) {
      withheld = line;
      return;
    }
    if (!counts && withheld !== undefined) {
      output.write(`${withheld}\n`);
    }
    withheld = undefined;
    shown = counts ? now() : Number.NEGATIVE_INFINITY;
    output.write(`${line}\n`);
  };
}
