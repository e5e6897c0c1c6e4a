/**
 * The dashboard: figures, trend, breakdown, limits and calls of a period, all under the same filters.
 */

import * as React from 'react';

import { bucketsOf, chooseStep, spanOf, stepsFor } from '../../core/dashboard/period';
import type { Bucket, Span, Step } from '../../core/dashboard/period';
import { colourSeries, trendOf, MOST_SERIES } from '../../core/dashboard/trend';
import type { Trend } from '../../core/dashboard/trend';
import type { View } from '../../core/dashboard/view';
import { filterQuery, readView, shownSpan } from '../../core/dashboard/view';
import { connectionFacts } from '../../core/words/gauge';
import type { ClientError } from '../../meter/request';
import { AbsentError } from '../../meter/request';
import type { IMeter } from '../../tokens';
import { useAnswer } from './answer';
import type { Answer } from './answer';
import { Breakdown } from './breakdown';
import { Calls, TopCalls } from './calls';
import type { DashboardClient } from './client';
import { Figures } from './figures';
import type { DashboardActions } from './frame';
import { Chips, Header } from './header';
import { LimitCourses } from './limits';
import { TrendSection } from './trend';
import type { Words } from '../../core/words/words';

export interface DashboardProps {
  readonly meter: IMeter;
  readonly client: DashboardClient;
  readonly actions: DashboardActions;
  readonly words: Words;
  /** What it showed when the layout was saved. */
  readonly saved: unknown;
  /** Grows when the ledger has new calls. */
  readonly revision: number;
  readonly onRefresh: () => void;
  readonly onView: (view: View) => void;
}

/** What every part of the dashboard is told. */
export interface Scene {
  readonly view: View;
  readonly show: (view: View) => void;
  /** The whole period. */
  readonly span: Span;
  /** The period, or the chosen step of it. */
  readonly shown: Span;
  readonly step: Step;
  readonly steps: readonly Step[];
  readonly buckets: readonly Bucket[];
  readonly isCostShown: boolean;
  readonly client: DashboardClient;
  readonly actions: DashboardActions;
  readonly revision: number;
  readonly words: Words;
}

export function Dashboard(props: DashboardProps): React.ReactElement {
  const { meter, client, words, revision } = props;
  const formats = useAnswer(() => client.listFormats(), 'about', revision);
  const { connection } = meter.snapshot;
  const isAlone = connection === 'alone' || connection === 'absent';
  if (isAlone || formats.error instanceof AbsentError) {
    return <Without meter={meter} words={words} isAlone={isAlone} />;
  }
  return <Instrument {...props} formats={formats.value ?? []} />;
}

interface WithoutProps {
  readonly meter: IMeter;
  readonly words: Words;
  readonly isAlone: boolean;
}

/** There is no ledger to look into: says why, and guesses nothing. */
function Without({ meter, words: { trans }, isAlone }: WithoutProps): React.ReactElement {
  return (
    <div className="jp-LLMMeter-Dashboard-without">
      <h2>{trans.__('Dashboard not available')}</h2>
      {isAlone ? (
        <>
          <p>
            {trans.__(
              'The dashboard shows the calls that the LLM Meter server extension records. The gauge shows only what this page has counted.'
            )}
          </p>
          {connectionFacts(meter.snapshot, trans).map(fact => (
            <p key={fact}>{fact}</p>
          ))}
        </>
      ) : (
        <p>
          {trans.__(
            'The LLM Meter server extension is older than this page and has no dashboard. If you updated LLM Meter, restart the Jupyter server.'
          )}
        </p>
      )}
    </div>
  );
}

function Instrument(
  props: DashboardProps & { readonly formats: readonly string[] }
): React.ReactElement {
  const { meter, words, onRefresh, formats } = props;
  const scene = useScene(props);
  const { view, span, step, buckets, client, revision } = scene;
  const query = {
    ...filterQuery(view, span),
    group_by: step,
    split_by: view.group,
    limit: String(MOST_SERIES),
    time_zone: span.timeZone
  };
  const rows = useAnswer(() => client.getUsage(query), JSON.stringify(query), revision);
  const trend = rows.value && trendOf(rows.value, buckets, view.unit);
  const colours = useColours(trend, view.group);
  return (
    <div className="jp-LLMMeter-Dashboard-body" data-stale={rows.isStale || undefined}>
      <Header scene={scene} formats={formats} onRefresh={onRefresh} />
      <Chips scene={scene} />
      <Trouble answer={rows} words={words} onRetry={onRefresh} />
      {trend === undefined ? (
        rows.error === undefined && <Waiting words={words} />
      ) : (
        <>
          <Figures scene={scene} trend={trend} />
          <TrendSection scene={scene} trend={trend} colours={colours} />
        </>
      )}
      <div className="jp-LLMMeter-Dashboard-columns">
        <Breakdown scene={scene} colours={colours} />
        <LimitCourses scene={scene} document={meter.snapshot.document} />
        <TopCalls scene={scene} />
      </div>
      <Calls scene={scene} />
    </div>
  );
}

function useScene({
  meter,
  client,
  actions,
  words,
  saved,
  revision,
  onView
}: DashboardProps): Scene {
  const [state, setView] = React.useState(() => readView(saved));
  const { isCostShown } = meter.preferences;
  const view = isCostShown || state.unit !== 'cost' ? state : { ...state, unit: 'tokens' as const };
  const span = spanOf(view.period, Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone);
  const step = chooseStep(span, view.step);
  const buckets = React.useMemo(() => bucketsOf(span, step), [span.from, span.to, step]);
  const show = (next: View): void => {
    setView(next);
    onView(next);
  };
  return {
    view,
    show,
    span,
    shown: shownSpan(view, span, buckets),
    step,
    steps: stepsFor(span),
    buckets,
    isCostShown,
    client,
    actions,
    revision,
    words
  };
}

/** The colours of series, which stay with them for as long as the dashboard is open. */
function useColours(trend: Trend | undefined, group: string): ReadonlyMap<string, number> {
  const known = React.useRef(new Map<string, ReadonlyMap<string, number>>());
  const before = known.current.get(group) ?? new Map<string, number>();
  const colours = trend === undefined ? before : colourSeries(before, trend.series);
  known.current.set(group, colours);
  return colours;
}

function Waiting({ words: { trans } }: { readonly words: Words }): React.ReactElement {
  return (
    <div className="jp-LLMMeter-Dashboard-waiting" role="status">
      {trans.__('Loading…')}
    </div>
  );
}

interface TroubleProps {
  readonly answer: Answer<unknown>;
  readonly words: Words;
  readonly onRetry?: () => void;
}

/** What went wrong with an answer; nothing when nothing did. */
export function Trouble({ answer, words, onRetry }: TroubleProps): React.ReactElement | null {
  const { trans } = words;
  if (answer.error === undefined) {
    return null;
  }
  return (
    <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
      <p>{troubleText(answer.error, words)}</p>
      {answer.value !== undefined && <p>{trans.__('The figures below may be out of date.')}</p>}
      {onRetry && (
        <button type="button" className="jp-LLMMeter-Button" onClick={onRetry}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

function troubleText(error: ClientError, { trans }: Words): string {
  return error instanceof AbsentError
    ? trans.__(
        'The LLM Meter server extension is older than this page. Restart the Jupyter server.'
      )
    : error.message;
}
