/** One value of one metric. */
export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: number;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

type Line = Readonly<Record<string, unknown>>;

/**
 * The datapoints that CloudWatch extracts from a line in the embedded metric format. CloudWatch silently ignores a
 * metric or a set of dimensions that refers to a missing member, for example because of a misspelt name.
 */
export function fromEmbeddedMetrics(line: Line, time: number): Datapoint[] {
  const metadata = line._aws as { CloudWatchMetrics: readonly Directive[] } | undefined;
  return (metadata?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.filter((names) => names.every((name) => typeof line[name] === 'string')).flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(line[name])]));
      return Metrics.flatMap(({ Name }) =>
        valuesOf(line[Name]).map((value) => ({ namespace: Namespace, name: Name, dimensions, time, value })),
      );
    }),
  );
}

/**
 * The datapoints that Lambda writes for an invocation with this report.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report
 */
export function fromPlatformReport(line: Line, functionName: string, time: number): Datapoint[] {
  if (line.type !== 'platform.report') {
    return [];
  }
  const record = line.record as { status: string; metrics: { durationMs: number } };
  return Object.entries({
    Errors: record.status === 'success' ? 0 : 1,
    Throttles: 0,
    Duration: record.metrics.durationMs,
  }).map(([name, value]) => lambdaDatapoint(name, functionName, time, value));
}

/** A datapoint in the namespace `AWS/Lambda`. */
export function lambdaDatapoint(name: string, functionName: string, time: number, value: number): Datapoint {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName }, time, value };
}

function valuesOf(member: unknown): number[] {
  const values: unknown[] = Array.isArray(member) ? member : [member];
  return values.filter((value) => typeof value === 'number');
}
