/**
 * The diagnostics: what is metered, what is not, and why, as far as this page knows.
 */

import { unmeteredName, unmeteredReason } from './facts';
import { connectionFacts } from './gauge';
import { isolated } from '../record/names';
import { problemName } from './problem';
import type { Snapshot } from '../record/snapshot';
import type { StandingDocument } from '../record/standing';
import type { Translate } from './translate';
import { VERSION } from '../record/version';

/** What was checked, and the results; one sentence a line. */
export interface Finding {
  readonly name: string;
  readonly lines: readonly string[];
}

/**
 * Lists the findings, from the page to the kernels.
 *
 * @param snapshot - the state of the meter.
 * @param trans - the translations.
 * @returns the findings, in the order in which they are shown.
 */
export function findingsOf(snapshot: Snapshot, trans: Translate): readonly Finding[] {
  const { document, connection } = snapshot;
  const isServed = connection === 'live' || connection === 'away' || connection === 'failed';
  const facts = connectionFacts(snapshot, trans);
  const unmetered = document?.unmetered ?? [];
  const serverVersion = isServed
    ? (document?.version ?? trans.__('unknown'))
    : trans.__('not running');
  return [
    { name: trans.__('This page'), lines: [VERSION] },
    { name: trans.__('Server extension'), lines: [serverVersion] },
    {
      name: trans.__('Connection'),
      lines: facts.length === 0 ? [trans.__('connected')] : facts
    },
    { name: trans.__('Service'), lines: serviceLines(document, trans) },
    ...unmetered.map(kernel => ({
      name: isolated(unmeteredName(kernel)),
      lines: [trans.__('Not metered: %1', unmeteredReason(kernel, trans))]
    })),
    { name: trans.__('Kernels'), lines: [kernelsLine(document, trans)] }
  ];
}

/**
 * Writes the findings as plain text, for pasting into a report.
 *
 * @param findings - from `findingsOf`.
 * @returns the name of each finding, with its lines indented below.
 */
export function reportOf(findings: readonly Finding[]): string {
  return findings.map(({ name, lines }) => [`${name}:`, ...lines].join('\n  ')).join('\n');
}

function serviceLines(document: StandingDocument | undefined, trans: Translate): readonly string[] {
  if (document === undefined) {
    return [trans.__('unknown')];
  }
  return document.problems.length === 0
    ? [trans.__('no problems')]
    : document.problems.map(problem => problemName(problem, trans));
}

function kernelsLine(document: StandingDocument | undefined, trans: Translate): string {
  if (document === undefined) {
    return trans.__('unknown');
  }
  return document.unmetered.length === 0
    ? trans.__('All running kernels are metered.')
    : trans.__('All other running kernels are metered.');
}
