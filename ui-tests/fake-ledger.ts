/**
 * A made-up month of calls: the sums that the fake service answers, for the dashboard and the cells.
 */

type Wire = Readonly<Record<string, unknown>>;

/** Days in the dashboard's first view, the last of them today. */
const DAYS = 30;
const TODAY = Date.parse('2026-11-26T00:00:00Z');
const DAY = 86_400_000;

interface Model {
  readonly name: string;
  /** Of the calls of a day. */
  readonly share: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In millionths of a dollar; absent where no price is known. */
  readonly cost?: number;
}

const MODELS: readonly Model[] = [
  { name: 'claude-sonnet-4-5', share: 0.4, inputTokens: 3212, outputTokens: 688, cost: 44_100 },
  { name: 'gpt-5-mini', share: 0.3, inputTokens: 2140, outputTokens: 431, cost: 1_900 },
  { name: 'gpt-5', share: 0.2, inputTokens: 2710, outputTokens: 655, cost: 30_200 },
  { name: 'qwen3-max-2026-01-23', share: 0.1, inputTokens: 1920, outputTokens: 372 }
];

/** The cell that has called, in a notebook written by `writeNotebook`. */
export const CELLS: readonly Wire[] = [
  {
    cell_id: 'cell-0',
    runs: [
      {
        run_id: 'run-1',
        started_at: '2026-11-26T06:21:00.000000Z',
        models: ['claude-sonnet-4-5'],
        counted_calls: 0,
        ...sum([[MODELS[0], 3]])
      }
    ]
  }
];

/**
 * The rows of `GET usage`.
 *
 * @param query - of it `group_by` and `split_by` are heeded, and nothing else.
 */
export function usageRows(query: URLSearchParams): readonly Wire[] {
  const days = Array.from({ length: DAYS }, (_, at) => new Date(TODAY - (DAYS - 1 - at) * DAY));
  switch (query.get('group_by')) {
    case 'day':
      return days.flatMap(day => rowsOfDay(day, query.get('split_by') !== null));
    case 'hour':
      return [{ group: '2026-11-26T05:00:00+0000', ...sum(callsOf(days[DAYS - 1])) }];
    case 'model':
      return MODELS.map((model, at) => ({
        group: model.name,
        ...sum(days.map(day => callsOf(day)[at]))
      }));
    default:
      return [sum(days.flatMap(callsOf))];
  }
}

function rowsOfDay(day: Date, isSplit: boolean): Wire[] {
  const group = day.toISOString().slice(0, 10);
  const calls = callsOf(day);
  return isSplit
    ? calls.map(call => ({ group, split: call[0].name, ...sum([call]) }))
    : [{ group, ...sum(calls) }];
}

/** How often each model was called: more on some days than on others, hardly at weekends. */
function callsOf(day: Date): (readonly [Model, number])[] {
  const isWeekend = day.getUTCDay() % 6 === 0;
  const calls = isWeekend ? 2 : 8 + ((day.getUTCDate() * 7) % 13);
  return MODELS.map(model => [model, Math.round(calls * model.share)]);
}

function sum(calls: readonly (readonly [Model, number])[]): Wire {
  const total = (of: (model: Model) => number): number =>
    calls.reduce((all, [model, number]) => all + of(model) * number, 0);
  const priced = total(({ cost }) => cost ?? 0);
  return {
    calls: total(() => 1),
    input_tokens: total(({ inputTokens }) => inputTokens),
    output_tokens: total(({ outputTokens }) => outputTokens),
    ...(priced > 0 && { cost: (priced / 1_000_000).toFixed(6) }),
    unpriced_calls: total(({ cost }) => (cost === undefined ? 1 : 0)),
    missing_calls: 0
  };
}
