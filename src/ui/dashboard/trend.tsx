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
import type { Series, Trend } from '../../core/dashboard/trend';
import { sumOf } from '../../core/dashboard/usage';
import { DIMENSIONS, isFiltered, toggleFilter } from '../../core/dashboard/view';
import type { Dimension } from '../../core/dashboard/view';
import { Bars } from './bars';
import type { Scene } from './dashboard';

interface TrendProps {
  readonly scene: Scene;
  readonly trend: Trend;
  readonly colours: ReadonlyMap<string, number>;
}

/** The theme's colours for series; what is not told by itself is grey. */
export function colourOf(colours: ReadonlyMap<string, number>, { id, isRest }: Series): string {
  const colour = isRest ? undefined : colours.get(id);
  return colour === undefined
    ? 'var(--jp-llm-meter-series-rest)'
    : `var(--jp-llm-meter-series-${colour})`;
}

export function TrendSection({ scene, trend, colours }: TrendProps): React.ReactElement {
  const [isTable, setTable] = React.useState(false);
  const { trans } = scene.words;
  const isEmpty = trend.totals.calls === 0;
  return (
    <section className="jp-LLMMeter-Card" aria-label={trans.__('Trend')}>
      <div className="jp-LLMMeter-Card-header">
        <h3>{unitText(scene.view.unit, trans)}</h3>
        <TrendControls scene={scene} />
        <button
          type="button"
          className="jp-LLMMeter-Link"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? trans.__('Show as chart') : trans.__('Show as table')}
        </button>
      </div>
      {isEmpty && <Empty scene={scene} />}
      {!isEmpty && !isTable && <Bars scene={scene} trend={trend} colours={colours} />}
      {!isEmpty && isTable && <TrendTable scene={scene} trend={trend} />}
      {!isEmpty && <Legend scene={scene} trend={trend} colours={colours} />}
    </section>
  );
}

function TrendControls({ scene }: { readonly scene: Scene }): React.ReactElement {
  const { view, show, step, steps, words } = scene;
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
          {DIMENSIONS.map(dimension => (
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

function Empty({ scene: { view, words } }: { readonly scene: Scene }): React.ReactElement {
  const { trans } = words;
  return (
    <p className="jp-LLMMeter-Empty">
      {view.filters.length > 0
        ? trans.__('No calls in this period match the filters.')
        : trans.__('No calls in this period. Calls appear here as soon as a cell makes one.')}
    </p>
  );
}

function Legend({ scene, trend, colours }: TrendProps): React.ReactElement {
  const { view, show, words } = scene;
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
                style={{ backgroundColor: colourOf(colours, series) }}
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

function TrendTable({ scene, trend }: Omit<TrendProps, 'colours'>): React.ReactElement {
  const { view, step, words } = scene;
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
