/**
 * Who or what used how much: a bar a value of the grouping, the largest first.
 */

import * as React from 'react';

import { amountOf, dimensionText, seriesText } from '../../core/dashboard/labels';
import type { LoadUsage } from '../../core/dashboard/source';
import { seriesOf } from '../../core/dashboard/trend';
import type { ShownUnit, UsageRow } from '../../core/dashboard/usage-rows';
import { valueOf } from '../../core/dashboard/usage-rows';
import { filterQuery, isFiltered, toggleFilter } from '../../core/dashboard/view';
import { sharesOf } from '../../core/words/shares';
import type { Words } from '../../core/words/words';
import { useAnswer } from '../answer';
import type { Palette } from './palette';
import { colourOf } from './palette';
import type { CellProps, TimeProps, ViewProps } from './scene';
import { Loading, Trouble } from '../trouble';

/** How many values are shown, at first and on demand. */
const FEW = 8;
const MANY = 100;

interface BreakdownProps extends ViewProps, CellProps, Pick<TimeProps, 'shown'> {
  readonly palette: Palette;
  readonly revision: number;
  readonly words: Words;
  readonly getUsage: LoadUsage;
}

/** Shows how much each value of the grouping used. */
export function Breakdown(props: BreakdownProps): React.ReactElement {
  const { view, shown, revision, words, getUsage } = props;
  const { trans } = words;
  const [isLong, setLong] = React.useState(false);
  const limit = String(isLong ? MANY : FEW);
  const query = { ...filterQuery(view, shown), group_by: view.group, limit };
  const answer = useAnswer(() => getUsage(query), JSON.stringify(query), revision);
  const rows = [...(answer.value ?? [])].sort(
    (a, b) => Number(a.isRest) - Number(b.isRest) || valueOf(b, view.unit) - valueOf(a, view.unit)
  );
  const shares = sharesOf(rows.map(row => valueOf(row, view.unit)));
  return (
    <section className="jp-LLMMeter-Card" data-stale={answer.isStale || undefined}>
      <div className="jp-LLMMeter-Card-header">
        <h3>{dimensionText(view.group, trans)}</h3>
      </div>
      <Trouble answer={answer} words={words} />
      <Loading answer={answer} words={words} />
      {answer.value?.length === 0 && <p className="jp-LLMMeter-Empty">{trans.__('No calls.')}</p>}
      <ol className="jp-LLMMeter-Breakdown">
        {rows.map((row, index) => (
          <Row
            key={`${seriesOf(row.group, row.isRest).id} ${row.notebook ?? ''}`}
            {...props}
            row={row}
            share={shares[index]}
          />
        ))}
      </ol>
      {(isLong || rows.some(({ isRest }) => isRest)) && (
        <button type="button" className="jp-LLMMeter-Link" onClick={() => setLong(!isLong)}>
          {isLong ? trans.__('Show fewer') : trans.__('Show more')}
        </button>
      )}
    </section>
  );
}

/** The share of a row; a dash where its cost is not known, which is not a cost of nothing. */
function shareText(row: UsageRow, unit: ShownUnit, share: number, { format }: Words): string {
  return unit === 'cost' && row.cost === undefined ? '–' : format.percent(share);
}

interface RowProps extends BreakdownProps {
  readonly row: UsageRow;
  /** Of all rows. */
  readonly share: number;
}

function Row({ view, show, palette, words, openCell, row, share }: RowProps): React.ReactElement {
  const { trans } = words;
  const series = seriesOf(row.group, row.isRest, row.notebook);
  const filter = { dimension: view.group, value: row.group ?? '', notebook: row.notebook };
  const name = seriesText(series, view.group, trans);
  const isCell = view.group === 'cell' && row.notebook !== undefined;
  return (
    <li>
      <button
        type="button"
        className="jp-LLMMeter-Breakdown-row"
        disabled={row.isRest}
        aria-pressed={row.isRest ? undefined : isFiltered(view, filter)}
        title={row.group ?? name}
        onClick={() => show(toggleFilter(view, filter))}
      >
        <bdi>{name}</bdi>
        <span>{amountOf(row, view.unit, words)}</span>
        <span className="jp-LLMMeter-Breakdown-share">
          {shareText(row, view.unit, share, words)}
        </span>
        <span className="jp-LLMMeter-Breakdown-track" aria-hidden="true">
          <span style={{ width: `${share * 100}%`, backgroundColor: colourOf(palette, series) }} />
        </span>
      </button>
      {isCell && openCell && (
        <button
          type="button"
          className="jp-LLMMeter-Link"
          onClick={() => openCell({ notebookPath: row.notebook, cellId: row.group })}
        >
          {trans.__('Open cell')}
        </button>
      )}
    </li>
  );
}
