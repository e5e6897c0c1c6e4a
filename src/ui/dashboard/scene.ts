/**
 * The properties that the parts of the dashboard share; each part takes the ones it needs.
 */

import * as React from 'react';

import type { Bucket, Span, Step } from '../../core/dashboard/period';
import { bucketsOf, chooseStep, spanOf, stepsFor } from '../../core/dashboard/period';
import type { View } from '../../core/dashboard/view';
import { readView, shownSpan } from '../../core/dashboard/view';
import type { CallRecord } from '../../core/record/record';

/** Opens the notebook of a call at its cell. */
export type OpenCell = (place: Pick<CallRecord, 'notebookPath' | 'cellId'>) => void;

/** What opens the cell of a call; absent where there are no notebooks to open. */
export interface CellProps {
  readonly openCell?: OpenCell;
}

/** What is shown, and how to change it. */
export interface ViewProps {
  readonly view: View;
  readonly show: (view: View) => void;
}

/** The time that is shown, in steps. */
export interface TimeProps {
  /** The whole period. */
  readonly span: Span;
  /** The period, or the chosen step of it. */
  readonly shown: Span;
  readonly step: Step;
  /** The steps that fit the period. */
  readonly steps: readonly Step[];
  readonly buckets: readonly Bucket[];
}

/**
 * Keeps what is shown.
 *
 * @param saved - the view of the saved layout; not trusted.
 * @param isMoneyShown - whether money is shown.
 * @param onView - called with each new view.
 */
export function useView(
  saved: unknown,
  isMoneyShown: boolean,
  onView: (view: View) => void
): ViewProps & TimeProps {
  const [state, setView] = React.useState(() => readView(saved));
  const view =
    isMoneyShown || state.unit !== 'cost' ? state : { ...state, unit: 'tokens' as const };
  const span = spanOf(view.period, Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone);
  const step = chooseStep(span, view.step);
  const buckets = React.useMemo(() => bucketsOf(span, step), [span.from, span.to, step]);
  const show = (next: View): void => {
    setView(next);
    onView(next);
  };
  const shown = shownSpan(view, span, buckets);
  return { view, show, span, shown, step, steps: stepsFor(span), buckets };
}
