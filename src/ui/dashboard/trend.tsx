/**
 * The trend as stacked bars: its frame, its legend and its figures as a table.
 */

import * as React from 'react';

import {
  amountOf,
  bucketText,
  dimensionText,
  seriesText,
  stepText,
  unitText
} from '../../core/dashboard/labels';
import type { Trend } from '../../core/dashboard/trend';
import { sumOf } from '../../core/dashboard/usage-rows';
import { isFiltered, toggleFilter } from '../../core/dashboard/view';
import type { Dimension } from '../../core/dashboard/view';
import type { Words } from '../../core/words/words';
import { Bars } from './bars';
import type { Palette } from './palette';
import { colourOf } from './palette';
import type { TimeProps, ViewProps } from './scene';

interface TrendProps extends ViewProps, Pick<TimeProps, 'span' | 'step' | 'steps'> {
  readonly trend: Trend;
  readonly palette: Palette;
  readonly words: Words;
  /** By what the calls can be grouped. */
  readonly dimensions: readonly Dimension[];
}

/** Shows the trend as bars or as a table, with its legend. */
export function TrendSection(props: TrendProps): React.ReactElement {
  const { view, trend, words } = props;
  const [isTable, setTable] = React.useState(false);
  const { trans } = words;
  const isEmpty = trend.totals.calls === 0;
  return (
    <section className="jp-LLMMeter-Card" aria-label={trans.__('Trend')}>
      <div className="jp-LLMMeter-Card-header">
        <h3>{unitText(view.unit, trans)}</h3>
        <TrendControls {...props} />
        <button
          type="button"
          className="jp-LLMMeter-Link"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? trans.__('Show as chart') : trans.__('Show as table')}
        </button>
      </div>
      {isEmpty && <Empty view={view} words={words} />}
      {!isEmpty && !isTable && <Bars {...props} />}
      {!isEmpty && isTable && <TrendTable {...props} />}
      {!isEmpty && <Legend {...props} />}
    </section>
  );
}

function TrendControls({
  view,
  show,
  step,
  steps,
  words,
  dimensions
}: Omit<TrendProps, 'trend' | 'palette' | 'span'>): React.ReactElement {
  const { trans } = words;
  return (
    <>
      <label className="jp-LLMMeter-Choice">
        {trans.__('Group by')}
        <select
          className="jp-LLMMeter-Select"
          value={view.group}
          onChange={({ target }) => show({ ...view, group: target.value as Dimension })}
        >
          {dimensions.map(dimension => (
            <option key={dimension} value={dimension}>
              {dimensionText(dimension, trans)}
            </option>
          ))}
        </select>
      </label>
      <div className="jp-LLMMeter-Segments" role="group" aria-label={trans.__('Interval')}>
        {steps.map(name => (
          <button
            key={name}
            type="button"
            aria-pressed={step === name}
            onClick={() => show({ ...view, step: name, selected: undefined })}
          >
            {stepText(name, trans)}
          </button>
        ))}
      </div>
    </>
  );
}

function Empty({ view, words }: Pick<TrendProps, 'view' | 'words'>): React.ReactElement {
  const { trans } = words;
  return (
    <p className="jp-LLMMeter-Empty">
      {view.filters.length > 0
        ? trans.__('No calls in this period match the filters.')
        : trans.__('No calls in this period. Calls appear here as soon as a cell makes one.')}
    </p>
  );
}

function Legend({
  view,
  show,
  words,
  trend,
  palette
}: Omit<TrendProps, 'span' | 'step' | 'steps' | 'dimensions'>): React.ReactElement {
  const { trans } = words;
  return (
    <ul className="jp-LLMMeter-Legend">
      {trend.series.map(series => {
        const { id, value = '', isRest, notebook } = series;
        const filter = { dimension: view.group, value, notebook };
        const name = seriesText(series, view.group, trans);
        const parts = trend.columns.flatMap(({ parts }) => parts.get(id) ?? []);
        return (
          <li key={id}>
            <button
              type="button"
              disabled={isRest}
              aria-pressed={isRest ? undefined : isFiltered(view, filter)}
              title={value === '' ? name : value}
              onClick={() => show(toggleFilter(view, filter))}
            >
              <span
                className="jp-LLMMeter-Swatch"
                style={{ backgroundColor: colourOf(palette, series) }}
              />
              <bdi>{name}</bdi>
              <span>{amountOf(sumOf(parts), view.unit, words)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function TrendTable({
  view,
  step,
  words,
  trend
}: Pick<TrendProps, 'view' | 'step' | 'words' | 'trend'>): React.ReactElement {
  const { trans } = words;
  const used = trend.columns.filter(({ totals }) => totals.calls > 0);
  return (
    <div className="jp-LLMMeter-Scroll" tabIndex={0} role="region" aria-label={trans.__('Trend')}>
      <table className="jp-LLMMeter-Table">
        <thead>
          <tr>
            <th scope="col">{stepText(step, trans)}</th>
            {trend.series.map(series => (
              <th key={series.id} scope="col">
                <bdi>{seriesText(series, view.group, trans)}</bdi>
              </th>
            ))}
            <th scope="col">{trans.__('Total')}</th>
          </tr>
        </thead>
        <tbody>
          {used.map(({ bucket, parts, totals }) => (
            <tr key={bucket.key}>
              <th scope="row">{bucketText(bucket, step, words)}</th>
              {trend.series.map(({ id }) => {
                const part = parts.get(id);
                return <td key={id}>{part ? amountOf(part, view.unit, words) : '–'}</td>;
              })}
              <td>{amountOf(totals, view.unit, words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
