/**
 * The dashboard: figures, trend, breakdown, limits and calls of a period, all under the same filters.
 */

import '../../../style/dashboard.css';

import * as React from 'react';

import type { DashboardSource, LoadCalls, LoadUsage } from '../../core/dashboard/source';
import type { Trend } from '../../core/dashboard/trend';
import { colourSeries, MOST_SERIES, trendOf } from '../../core/dashboard/trend';
import type { Dimension, View } from '../../core/dashboard/view';
import { DIMENSIONS, filterQuery } from '../../core/dashboard/view';
import type { Snapshot } from '../../core/record/snapshot';
import { connectionFacts } from '../../core/words/gauge';
import type { Translate } from '../../core/words/translate';
import type { Words } from '../../core/words/words';
import { useAnswer } from '../answer';
import { Paragraphs } from '../paragraphs';
import { Breakdown } from './breakdown';
import { Calls, TopCalls } from './calls';
import { Figures } from './figures';
import { Chips, Header } from './header';
import { LimitCourses } from './limits';
import type { Palette } from './palette';
import type { CellProps } from './scene';
import { useView } from './scene';
import { TrendSection } from './trend';
import { Trouble } from '../trouble';

/** What the dashboard shows and leads to. */
interface DashboardProps extends CellProps {
  readonly snapshot: Snapshot;
  readonly source: DashboardSource;
  readonly words: Words;
  /** By what calls can be grouped; absent means everything. */
  readonly dimensions?: readonly Dimension[];
  /** Whether the calls are of several users, so that each says whose it is. */
  readonly isByUser?: boolean;
  /** What it showed when the layout was saved; not trusted. */
  readonly saved: unknown;
  /** Grows when the ledger has new calls. */
  readonly revision: number;
  readonly onRefresh: () => void;
  readonly onView: (view: View) => void;
}

/** Shows the dashboard, or why there is none. */
export function Dashboard(props: DashboardProps): React.ReactElement {
  const { snapshot, source, words, revision } = props;
  const formats = useAnswer(() => source.listFormats(), 'about', revision);
  const hasServer = source.hasLedger && snapshot.connection !== 'absent';
  if (!hasServer || formats.failure?.kind === 'absent') {
    return <Unavailable snapshot={snapshot} trans={words.trans} isOld={hasServer} />;
  }
  return <Instrument {...props} formats={formats.value} />;
}

interface UnavailableProps {
  readonly snapshot: Snapshot;
  readonly trans: Translate;
  /** Whether there is a server extension, but an older one. */
  readonly isOld: boolean;
}

/** Says why there is no dashboard. */
function Unavailable({ snapshot, trans, isOld }: UnavailableProps): React.ReactElement {
  const reasons = isOld
    ? [
        trans.__(
          'The LLM Meter server extension is older than this page and has no dashboard. If you updated LLM Meter, restart the Jupyter server.'
        )
      ]
    : [
        trans.__(
          'The dashboard shows the calls that the LLM Meter server extension records. The gauge shows only what this page has counted.'
        ),
        ...connectionFacts(snapshot, trans)
      ];
  return (
    <div className="jp-LLMMeter-Dashboard-without">
      <h2>{trans.__('Dashboard not available')}</h2>
      <Paragraphs texts={reasons} />
    </div>
  );
}

function Instrument({
  snapshot,
  source,
  openCell,
  words,
  saved,
  revision,
  onRefresh,
  onView,
  formats,
  dimensions = DIMENSIONS,
  isByUser
}: DashboardProps & { readonly formats?: readonly string[] }): React.ReactElement {
  const { view, show, span, shown, step, steps, buckets } = useView(
    saved,
    words.format.isMoneyShown,
    onView
  );
  const query = {
    ...filterQuery(view, span),
    group_by: step,
    split_by: view.group,
    limit: String(MOST_SERIES),
    time_zone: span.timeZone
  };
  const rows = useAnswer(() => source.getUsage(query), JSON.stringify(query), revision);
  const trend = rows.value && trendOf(rows.value, buckets, view.unit);
  const palette = usePalette(trend, view.group);
  const getUsage: LoadUsage = query => source.getUsage(query);
  const listCalls: LoadCalls = query => source.listCalls(query);
  return (
    <div className="jp-LLMMeter-Dashboard-body" data-stale={rows.isStale || undefined}>
      <Header
        {...{ view, show, span, shown, words, formats, onRefresh }}
        exportUrl={query => source.exportUrl(query)}
      />
      <Chips {...{ view, show, buckets, step, words }} />
      <Trouble answer={rows} words={words} onRetry={onRefresh} />
      {trend === undefined ? (
        rows.failure === undefined && <Waiting trans={words.trans} />
      ) : (
        <>
          <Figures {...{ view, show, words, trend }} />
          <TrendSection {...{ view, show, span, step, steps, words, trend, palette, dimensions }} />
        </>
      )}
      <div className="jp-LLMMeter-Dashboard-columns">
        <Breakdown {...{ view, show, shown, revision, words, palette, getUsage, openCell }} />
        <LimitCourses
          document={snapshot.document}
          timeZone={span.timeZone}
          usageOf={standing => (source.usageOf ? source.usageOf(standing) : getUsage)}
          {...{ revision, words }}
        />
        <TopCalls {...{ view, shown, revision, words, listCalls, openCell, isByUser }} />
      </div>
      <Calls {...{ view, show, shown, revision, words, listCalls, openCell, isByUser }} />
    </div>
  );
}

/** The colours of series, which stay with them for as long as the dashboard is open. */
function usePalette(trend: Trend | undefined, group: string): Palette {
  const known = React.useRef(new Map<string, Palette>());
  const before = known.current.get(group) ?? new Map<string, number>();
  const palette = trend === undefined ? before : colourSeries(before, trend.series);
  known.current.set(group, palette);
  return palette;
}

function Waiting({ trans }: { readonly trans: Translate }): React.ReactElement {
  return (
    <div className="jp-LLMMeter-Dashboard-waiting" role="status">
      {trans.__('Loading…')}
    </div>
  );
}
