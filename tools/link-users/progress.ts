const INTERVAL_MS = 1_000;

/** Prints lines. Of progress lines (`read 60 …`, `applied 3 of 9`), it prints at most one a second and the last one. */
export function progressPrinter(output: { write(text: string): unknown }, now: () => number): (line: string) => void {
  let lastPrinted = Number.NEGATIVE_INFINITY;
  let skipped: string | undefined;
  return (line) => {
    const isProgress = /^(?:read|applied) \d/.test(line);
    const isComplete = /^applied (\d+) of \1(?!\d)/.test(line);
    if (isProgress && !isComplete && now() - lastPrinted < INTERVAL_MS) {
      skipped = line;
      return;
    }
    if (!isProgress && skipped !== undefined) {
      output.write(`${skipped}\n`);
    }
    skipped = undefined;
    lastPrinted = isProgress ? now() : Number.NEGATIVE_INFINITY;
    output.write(`${line}\n`);
  };
}
