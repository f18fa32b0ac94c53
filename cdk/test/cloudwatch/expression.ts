import assert from 'node:assert/strict';
import type { Series } from './statistics.ts';

/** A number that is the same at all times, or a series. */
type Value = number | Series;

const OPERATORS: readonly Readonly<Record<string, (one: number, other: number) => number>>[] = [
  {
    '>=': (one, other) => Number(one >= other),
    '<=': (one, other) => Number(one <= other),
    '>': (one, other) => Number(one > other),
    '<': (one, other) => Number(one < other),
  },
  { '+': (one, other) => one + other, '-': (one, other) => one - other },
  { '*': (one, other) => one * other, '/': (one, other) => one / other },
];

/**
 * What CloudWatch's metric math makes of an expression over series, in the periods that are looked at. Of its language,
 * this knows what the alarms use: numbers, ids, arithmetic, comparison, IF and FILL; all else is an error.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluate(text: string, series: Readonly<Record<string, Series>>, periods: readonly number[]): Series {
  const value = new Parser(text, series, periods).parse();
  assert.ok(typeof value !== 'number', `${text} is no series`);
  return value;
}

class Parser {
  readonly #tokens: string[];
  readonly #series: Readonly<Record<string, Series>>;
  readonly #periods: readonly number[];

  constructor(text: string, series: Readonly<Record<string, Series>>, periods: readonly number[]) {
    this.#tokens = text.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[<>]=?|\S/g) ?? [];
    this.#series = series;
    this.#periods = periods;
  }

  parse(): Value {
    const value = this.#operation(0);
    assert.deepEqual(this.#tokens, [], 'the expression goes on where it should end');
    return value;
  }

  #operation(level: number): Value {
    const operators = OPERATORS[level];
    if (!operators) {
      return this.#operand();
    }
    let value = this.#operation(level + 1);
    for (let apply = operators[this.#tokens[0] ?? '']; apply; apply = operators[this.#tokens[0] ?? '']) {
      this.#tokens.shift();
      value = this.#combine([value, this.#operation(level + 1)], apply);
    }
    return value;
  }

  #operand(): Value {
    const token = this.#tokens.shift() ?? '';
    if (token === '(') {
      const value = this.#operation(0);
      this.#expect(')');
      return value;
    }
    if (/^\d/.test(token)) {
      return Number(token);
    }
    if (this.#tokens[0] === '(') {
      return this.#call(token);
    }
    const series = this.#series[token];
    assert.ok(series, `the expression has the unknown ${token}`);
    return series;
  }

  #call(name: string): Value {
    this.#expect('(');
    const parameters = [this.#operation(0)];
    while (this.#tokens[0] === ',') {
      this.#tokens.shift();
      parameters.push(this.#operation(0));
    }
    this.#expect(')');
    if (name === 'IF' && parameters.length === 3) {
      return this.#combine(parameters, (condition = 0, yes = 0, no = 0) => (condition === 0 ? no : yes));
    }
    const [series, filling] = parameters;
    if (name === 'FILL' && parameters.length === 2 && typeof series === 'object' && typeof filling === 'number') {
      return new Map(this.#periods.map((start) => [start, series.get(start) ?? filling]));
    }
    assert.fail(`the function ${name} with ${parameters.length} parameters is not played here`);
  }

  /** Period by period; where one of the series has no value, or the result is no number, there is none. */
  #combine(values: readonly Value[], apply: (...values: number[]) => number): Value {
    if (values.every((value) => typeof value === 'number')) {
      return apply(...values);
    }
    const combined = new Map<number, number>();
    for (const start of this.#periods) {
      const inPeriod = values.map((value) => (typeof value === 'number' ? value : value.get(start)));
      if (inPeriod.every((value) => value !== undefined)) {
        const result = apply(...inPeriod);
        if (Number.isFinite(result)) {
          combined.set(start, result);
        }
      }
    }
    return combined;
  }

  #expect(token: string): void {
    assert.equal(this.#tokens.shift(), token);
  }
}
