/**
 * What is metered, what is not, and why, as this page knows it.
 *
 * Owns the lines of the report; refuses names and figures beyond what helps to find a fault.
 */

import { unmeteredReason } from './facts';
import { connectionFacts } from './gauge';
import { isolated } from '../record/names';
import { problemText } from './problem';
import type { Snapshot } from '../record/snapshot';
import type { Translate } from './translate';
import { VERSION } from '../record/version';

/** A name and what is said of it. */
export type Finding = readonly [name: string, value: string];

/** The findings, in the order in which one would look. */
export function findingsOf(snapshot: Snapshot, trans: Translate): readonly Finding[] {
  const { document, connection } = snapshot;
  const isServed = connection === 'live' || connection === 'away' || connection === 'failed';
  const facts = connectionFacts(snapshot, trans);
  const unmetered = document?.unmetered ?? [];
  return [
    [trans.__('Page'), VERSION],
    [
      trans.__('Server part'),
      isServed ? (document?.version ?? trans.__('unknown')) : trans.__('none')
    ],
    [trans.__('Connection'), facts.length === 0 ? trans.__('live') : facts.join(' ')],
    [
      trans.__('Service'),
      document === undefined
        ? trans.__('unknown')
        : document.problems.map(problem => problemText(problem, trans)).join(' ') ||
          trans.__('no problem')
    ],
    ...unmetered.map(
      kernel =>
        [
          isolated(kernel.path ?? kernel.name ?? kernel.kernelId),
          `${trans.__('Not metered')}. ${unmeteredReason(kernel, trans)}`
        ] as const
    ),
    [
      trans.__('Kernels'),
      document === undefined
        ? trans.__('unknown')
        : unmetered.length === 0
          ? trans.__('All that run are metered.')
          : trans.__('All others that run are metered.')
    ]
  ];
}

/** The findings as text to be pasted, a line a finding. */
export function reportOf(findings: readonly Finding[]): string {
  return findings.map(([name, value]) => `${name}: ${value}`).join('\n');
}
