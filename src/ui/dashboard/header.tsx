/**
 * The head of the dashboard: the period, what to export, and the filters in force.
 */

import * as React from 'react';

import type { PeriodName } from '../../core/dashboard/period';
import type { Query } from '../../core/dashboard/source';
import { customPeriod, PERIODS } from '../../core/dashboard/period';
import { bucketText, dimensionText, filterText, periodText } from '../../core/dashboard/labels';
import {
  filterQuery,
  searchQuery,
  toggleFilter,
  toggleStep,
  withPeriod
} from '../../core/dashboard/view';
import type { Translate } from '../../core/words/translate';
import type { Words } from '../../core/words/words';
import type { TimeProps, ViewProps } from './scene';

/** All formats; the server says which of them it can write. */
const FORMATS = ['csv', 'json', 'jsonl', 'parquet'] as const;

interface HeaderProps extends ExportProps, ViewProps, Pick<TimeProps, 'span'> {
  readonly onRefresh: () => void;
}

/** Shows the period, the export and the refresh button. */
export function Header(props: HeaderProps): React.ReactElement {
  const { view, show, span, words, onRefresh } = props;
  const { trans } = words;
  const choose = (name: PeriodName): void =>
    show(withPeriod(view, name === 'custom' ? customPeriod(span) : { name }));
  return (
    <div className="jp-LLMMeter-Dashboard-header">
      <div className="jp-LLMMeter-Segments" role="group" aria-label={trans.__('Period')}>
        {PERIODS.map(name => (
          <button
            key={name}
            type="button"
            aria-pressed={view.period.name === name}
            onClick={() => choose(name)}
          >
            {periodText(name, trans)}
          </button>
        ))}
      </div>
      {view.period.name === 'custom' && <Days view={view} show={show} words={words} />}
      <span className="jp-LLMMeter-Dashboard-actions">
        {props.formats?.length !== 0 && <Export {...props} />}
        <button type="button" className="jp-LLMMeter-Button" onClick={onRefresh}>
          {trans.__('Refresh')}
        </button>
      </span>
    </div>
  );
}

function Days({ view, show, words }: ViewProps & { readonly words: Words }): React.ReactElement {
  const { trans } = words;
  const day = (key: 'first' | 'last', label: string): React.ReactElement => (
    <input
      type="date"
      aria-label={label}
      title={label}
      value={view.period[key] ?? ''}
      onChange={({ target }) => {
        if (target.value !== '') {
          show(withPeriod(view, { ...view.period, [key]: target.value }));
        }
      }}
    />
  );
  return (
    <span className="jp-LLMMeter-Dashboard-days">
      {day('first', trans.__('Start date'))}
      <span aria-hidden="true">–</span>
      {day('last', trans.__('End date'))}
    </span>
  );
}

interface ExportProps extends Pick<ViewProps, 'view'>, Pick<TimeProps, 'shown'> {
  /** The formats that the server can write; absent until it has said so. */
  readonly formats?: readonly string[];
  readonly exportUrl: (query: Query) => string;
  readonly words: Words;
}

/** A list that acts at once and falls back to its own name. */
function Export({ view, shown, formats = [], exportUrl, words }: ExportProps): React.ReactElement {
  const { trans } = words;
  const save = (format: string): void => {
    const query = { format, ...filterQuery(view, shown), ...searchQuery(view) };
    const link = document.createElement('a');
    link.href = exportUrl(query);
    link.download = `llm-calls-${shown.from.slice(0, 10)}-${shown.to.slice(0, 10)}.${format}`;
    link.click();
  };
  return (
    <select
      className="jp-LLMMeter-Select jp-LLMMeter-mod-export"
      aria-label={trans.__('Export calls')}
      title={trans.__('Export the calls shown, with the current period, filters, and search')}
      value=""
      onChange={({ target }) => save(target.value)}
    >
      <option value="" hidden>
        {trans.__('Export')}
      </option>
      {FORMATS.map(format => (
        <option key={format} value={format} disabled={!formats.includes(format)}>
          {format === 'parquet' && !formats.includes(format)
            ? trans.__('Parquet (requires pyarrow on the server)')
            : formatText(format)}
        </option>
      ))}
    </select>
  );
}

function formatText(format: (typeof FORMATS)[number]): string {
  const names = { csv: 'CSV', json: 'JSON', jsonl: 'JSON Lines', parquet: 'Parquet' };
  return names[format];
}

interface ChipsProps extends ViewProps, Pick<TimeProps, 'buckets' | 'step'> {
  readonly words: Words;
}

/** Shows the filters in force; each can be removed. */
export function Chips({ view, show, buckets, step, words }: ChipsProps): React.ReactElement | null {
  const { trans } = words;
  const selected = buckets.find(({ key }) => key === view.selected);
  if (view.filters.length === 0 && selected === undefined) {
    return null;
  }
  return (
    <div className="jp-LLMMeter-Chips" role="group" aria-label={trans.__('Filters')}>
      {selected && (
        <Chip
          name={trans.__('Time')}
          value={bucketText(selected, step, words)}
          trans={trans}
          onRemove={() => show(toggleStep(view, selected.key))}
        />
      )}
      {view.filters.map(filter => (
        <Chip
          key={filter.dimension}
          name={dimensionText(filter.dimension, trans)}
          value={filterText(filter, trans)}
          trans={trans}
          onRemove={() => show(toggleFilter(view, filter))}
        />
      ))}
      <button
        type="button"
        className="jp-LLMMeter-Link"
        onClick={() => show({ ...view, filters: [], selected: undefined })}
      >
        {trans.__('Clear filters')}
      </button>
    </div>
  );
}

interface ChipProps {
  readonly name: string;
  readonly value: string;
  readonly trans: Translate;
  readonly onRemove: () => void;
}

function Chip({ name, value, trans, onRemove }: ChipProps): React.ReactElement {
  const label = trans.__('Remove filter: %1', value);
  return (
    <span className="jp-LLMMeter-Chip">
      <span className="jp-LLMMeter-Chip-name">{name}</span>
      <bdi title={value}>{value}</bdi>
      <button type="button" aria-label={label} title={label} onClick={onRemove}>
        <span aria-hidden="true">×</span>
      </button>
    </span>
  );
}
