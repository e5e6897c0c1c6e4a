/**
 * What a cell's badge says: the figures of its newest run, and the answers that are under way.
 *
 * Owns the wording; refuses to show an estimate as a fact or an unknown as zero.
 */

import type { CellRun } from '../record/cell-runs';
import type { Formatter } from './format';
import type { Sums } from '../record/run-sums';
import type { Translate } from './translate';
import { callsText, costText } from './wording';

/** An answer that is streaming in: shown and never counted. */
export interface UnderWay {
  readonly callId: string;
  readonly startedAt: string;
  readonly model?: string;
  readonly cellId?: string;
  readonly runId?: string;
  /** The kernel that reports it. */
  readonly kernelId?: string;
  /** How many pieces with text have arrived. */
  readonly pieces: number;
}

export interface Badge {
  /** The one line. */
  readonly text: string;
  /** The same and more, a line each, for a tooltip and for assistive technology. */
  readonly details: readonly string[];
}

/**
 * The badge of a cell.
 *
 * @param run - its newest run; undefined when it called nothing yet.
 * @param streams - its answers under way.
 * @param isCostShown - whether money is shown.
 * @returns undefined when there is nothing to say.
 */
export function badgeOf(
  run: CellRun | undefined,
  streams: readonly UnderWay[],
  isCostShown: boolean,
  trans: Translate,
  format: Formatter
): Badge | undefined {
  const shown = run !== undefined && isSuperseded(run, streams) ? undefined : run;
  const waits = streams.map(stream => streamText(stream, trans, format));
  if (shown === undefined) {
    return waits.length === 0 ? undefined : { text: waits.join(' · '), details: waits };
  }
  const figures = [
    modelsText(shown, trans, format),
    shown.calls > 1 ? callsText(shown.calls, trans, format) : undefined,
    ...tokenTexts(shown, trans, format),
    isCostShown ? sumsCostText(shown, trans, format) : undefined
  ];
  return {
    text: [...present(figures), ...waits].join(' · '),
    details: [...detailsOf(shown, isCostShown, trans, format), ...waits]
  };
}

/** What some calls cost; undefined while nothing is known of it, and where none was charged. */
export function sumsCostText(sums: Sums, trans: Translate, format: Formatter): string | undefined {
  const { cost, openCalls, unpricedCalls, missingCalls } = sums;
  if (cost === undefined && unpricedCalls + missingCalls === 0) {
    return undefined;
  }
  return costText({ ...sums, missingCalls: missingCalls + openCalls }, trans, format);
}

/** Whether the answers under way are those of a run that has no finished call yet. */
function isSuperseded(run: CellRun, streams: readonly UnderWay[]): boolean {
  return streams.some(
    ({ runId, startedAt }) =>
      runId !== run.runId && Date.parse(startedAt) > Date.parse(run.startedAt)
  );
}

function modelsText({ models }: Sums, trans: Translate, format: Formatter): string | undefined {
  return models.length > 1
    ? trans._n('%2 model', '%2 models', models.length, format.count(models.length))
    : models[0];
}

function tokenTexts(sums: Sums, trans: Translate, format: Formatter): readonly string[] {
  const { calls, missingCalls, countedCalls } = sums;
  const without = trans._n(
    '%2 call without usage',
    '%2 calls without usage',
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

function detailsOf(
  run: CellRun,
  isCostShown: boolean,
  trans: Translate,
  format: Formatter
): readonly string[] {
  const { countedCalls, unpricedCalls, models } = run;
  const cost = isCostShown ? sumsCostText(run, trans, format) : undefined;
  const lines = [
    models.length === 0 ? undefined : trans.__('Models: %1', models.join(', ')),
    callsText(run.calls, trans, format),
    ...tokenTexts(run, trans, format),
    cost && trans.__('Cost: %1', cost),
    countedCalls > 0
      ? trans._n(
          '%2 call counted, not reported by the provider',
          '%2 calls counted, not reported by the provider',
          countedCalls,
          format.count(countedCalls)
        )
      : undefined,
    isCostShown && unpricedCalls > 0
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

function streamText({ model, pieces }: UnderWay, trans: Translate, format: Formatter): string {
  const count = format.count(pieces);
  return model === undefined
    ? trans._n('answer under way, %2 piece', 'answer under way, %2 pieces', pieces, count)
    : trans._n(
        '%3: answer under way, %2 piece',
        '%3: answer under way, %2 pieces',
        pieces,
        count,
        model
      );
}

function present(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter(text => text !== undefined);
}
