/**
 * The text of a cell's badge: the figures of its newest run, and the responses that are streaming in.
 */

import type { CellRun } from '../record/cell-runs';
import type { Sums } from '../record/run-sums';
import { callsText, costText } from './wording';
import type { Words } from './words';

/** A response that is streaming in: shown, and counted only when it ends. */
export interface UnderWay {
  readonly callId: string;
  readonly startedAt: string;
  readonly model?: string;
  readonly cellId?: string;
  readonly runId?: string;
  /** The kernel that reports it. */
  readonly kernelId?: string;
  /** The number of chunks with text that have arrived. */
  readonly pieces: number;
}

/** The text of a badge. */
export interface Badge {
  /** One line. */
  readonly text: string;
  /** The same in more detail, one line each, for a tooltip and for assistive technology. */
  readonly details: readonly string[];
}

/**
 * Writes the badge of a cell.
 *
 * @param run - its newest run; undefined if it has made no calls yet.
 * @param streams - its responses that are streaming in.
 * @returns undefined when there is nothing to say.
 */
export function badgeOf(
  run: CellRun | undefined,
  streams: readonly UnderWay[],
  words: Words
): Badge | undefined {
  const shown = run !== undefined && isSuperseded(run, streams) ? undefined : run;
  const waits = streams.map(stream => streamText(stream, words));
  if (shown === undefined) {
    return waits.length === 0 ? undefined : { text: waits.join(' · '), details: waits };
  }
  const figures = [
    modelsText(shown, words),
    shown.calls > 1 ? callsText(shown.calls, words) : undefined,
    ...tokenTexts(shown, words),
    sumsCostText(shown, words)
  ];
  return {
    text: [...present(figures), ...waits].join(' · '),
    details: [...detailsOf(shown, words), ...waits]
  };
}

/**
 * The cost of some calls; undefined while it is unknown, where nothing was charged, and where the user hides money.
 *
 * @param sums - the sums of the calls; the cost in US dollars.
 * @param words - the translations and the formatter.
 * @returns the cost, as `$0.0012`.
 */
export function sumsCostText(sums: Sums, words: Words): string | undefined {
  const { cost, openCalls, unpricedCalls, missingCalls } = sums;
  if (cost === undefined && unpricedCalls + missingCalls === 0) {
    return undefined;
  }
  return costText({ ...sums, missingCalls: missingCalls + openCalls }, words);
}

/** Whether a newer run is streaming that has no finished call yet. */
function isSuperseded(run: CellRun, streams: readonly UnderWay[]): boolean {
  return streams.some(
    ({ runId, startedAt }) =>
      runId !== run.runId && Date.parse(startedAt) > Date.parse(run.startedAt)
  );
}

function modelsText({ models }: Sums, words: Words): string | undefined {
  const { trans, format } = words;
  return models.length > 1
    ? trans._n('%2 model', '%2 models', models.length, format.count(models.length))
    : models[0];
}

function tokenTexts(sums: Sums, words: Words): readonly string[] {
  const { trans, format } = words;
  const { calls, missingCalls, countedCalls } = sums;
  const without = trans._n(
    '%2 call without usage data',
    '%2 calls without usage data',
    missingCalls,
    format.count(missingCalls)
  );
  if (missingCalls === calls) {
    return [without];
  }
  const mark = (figure: string): string => (countedCalls > 0 ? trans.__('≈ %1', figure) : figure);
  const texts = [
    trans.__('%1 in', mark(format.count(sums.inputTokens))),
    trans.__('%1 out', mark(format.count(sums.outputTokens)))
  ];
  return missingCalls === 0 ? texts : [...texts, without];
}

function detailsOf(run: CellRun, words: Words): readonly string[] {
  const { trans, format } = words;
  const { countedCalls, unpricedCalls, models } = run;
  const cost = sumsCostText(run, words);
  const lines = [
    models.length === 0 ? undefined : trans.__('Models: %1', format.list(models)),
    callsText(run.calls, words),
    ...tokenTexts(run, words),
    cost && trans.__('Cost: %1', cost),
    countedCalls > 0
      ? trans._n(
          '%2 call counted locally, not reported by the provider',
          '%2 calls counted locally, not reported by the provider',
          countedCalls,
          format.count(countedCalls)
        )
      : undefined,
    format.isMoneyShown && unpricedCalls > 0
      ? trans._n(
          '%2 call without a known price',
          '%2 calls without a known price',
          unpricedCalls,
          format.count(unpricedCalls)
        )
      : undefined,
    trans.__('First call: %1', format.moment(run.startedAt))
  ];
  return present(lines);
}

function streamText({ model, pieces }: UnderWay, words: Words): string {
  const { trans, format } = words;
  const count = format.count(pieces);
  return model === undefined
    ? trans._n(
        'receiving a response, %2 chunk so far',
        'receiving a response, %2 chunks so far',
        pieces,
        count
      )
    : trans._n(
        '%3: receiving a response, %2 chunk so far',
        '%3: receiving a response, %2 chunks so far',
        pieces,
        count,
        model
      );
}

function present(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter(text => text !== undefined);
}
