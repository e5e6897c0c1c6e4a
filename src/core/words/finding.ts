/**
 * The diagnosis of the server extension in words. What was found is in `explanation.ts`.
 *
 * A code that this page does not know keeps the server's own text, which is English.
 */

import type { Area, Checked, Diagnosis, Verdict } from '../record/diagnosis';
import { explanationText } from './explanation';
import type { Translate } from './translate';
import type { Words } from './words';

/** The name of what was looked at. */
export function areaText(area: Area, trans: Translate): string {
  switch (area) {
    case 'service':
      return trans.__('Service');
    case 'ledger':
      return trans.__('Ledger');
    case 'folder':
      return trans.__('Folder');
    case 'spool':
      return trans.__('Spool');
    case 'limits':
      return trans.__('Limits');
    case 'gateway':
      return trans.__('Gateway');
    case 'kernelspec':
      return trans.__('Kernelspec');
    case 'python':
      return trans.__('Python');
    case 'kernel':
      return trans.__('Kernel');
    case 'program':
      return trans.__('Program');
  }
}

/** The name of a verdict. */
export function verdictText(verdict: Verdict, trans: Translate): string {
  switch (verdict) {
    case 'good':
      return trans.__('In order');
    case 'bad':
      return trans.__('Problem');
    case 'unknown':
      return trans.__('Unknown');
  }
}

/** The findings in the order in which they are shown: what is wrong, what could not be checked, what is in order. */
export function inOrder(findings: readonly Checked[]): readonly Checked[] {
  const order: readonly Verdict[] = ['bad', 'unknown', 'good'];
  return order.flatMap(verdict => findings.filter(one => one.verdict === verdict));
}

/**
 * What the taps found out about requests that they did not know.
 *
 * @param diagnosis - what the server found.
 * @param words - the translations and the formatter.
 * @returns a sentence or two for each.
 */
export function requestTexts(diagnosis: Diagnosis, words: Words): readonly string[] {
  const { trans, format } = words;
  const { unrecognised, recognisedByAnswer, unknownUsageMembers } = diagnosis;
  return [
    unrecognised === undefined
      ? trans.__('No request looked like an LLM call without being counted.')
      : trans.__(
          'Last request that looked like an LLM call and was not counted: %1 at %2',
          unrecognised.host + unrecognised.path,
          format.moment(unrecognised.at)
        ),
    recognisedByAnswer &&
      trans.__(
        'Last unknown path that was counted because its answer had usage: %1, read as %2, at %3. A hard limit cannot refuse the first call to such a path.',
        recognisedByAnswer.host + recognisedByAnswer.path,
        recognisedByAnswer.api,
        format.moment(recognisedByAnswer.at)
      ),
    unknownUsageMembers &&
      trans.__(
        'Last usage object with members that are not read: %1 of %2 (%3), at %4. The cost of such calls may be too low.',
        unknownUsageMembers.members,
        unknownUsageMembers.provider,
        unknownUsageMembers.api,
        format.moment(unknownUsageMembers.at)
      )
  ].filter(text => text !== undefined);
}

/** What the meter never sees: the sentence of a code, or the server's own text where this page does not know it. */
export function notSeenText(
  { code, text }: Diagnosis['notSeen'][number],
  trans: Translate
): string {
  switch (code) {
    case 'realtime':
      return trans.__('calls over WebSockets (realtime APIs) and gRPC');
    case 'not-python':
      return trans.__(
        'programs that are not Python, such as Node, curl or what an agent SDK starts (usage that a shell command in a cell prints is read)'
      );
    case 'outside':
      return trans.__('Python started outside the lab without `jupyter llm-meter run`');
    case 'options':
      return trans.__(
        'Python started with -S, and where no tap is installed Python started with -I or -E, or with a PYTHONPATH or sitecustomize of its own, as by `env -i` or `opentelemetry-instrument`'
      );
    default:
      return text;
  }
}

/**
 * Writes the diagnosis as plain text, for pasting into a report.
 *
 * @param diagnosis - what the server found.
 * @param words - the translations and the formatter.
 * @returns a line for each finding.
 */
export function diagnosisReport(diagnosis: Diagnosis, words: Words): string {
  const { trans } = words;
  return [
    ...inOrder(diagnosis.findings).map(
      one =>
        `${areaText(one.area, trans)} ${one.subject}: ${verdictText(one.verdict, trans)}. ${explanationText(one, words)}`
    ),
    ...requestTexts(diagnosis, words)
  ].join('\n');
}
