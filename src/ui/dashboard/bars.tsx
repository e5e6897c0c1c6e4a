/**
 * Stacked bars over time, in the theme's colours; the pointer and the arrow keys read each of them.
 */

import type { ScaleBand, ScaleLinear } from 'd3-scale';
import { scaleBand, scaleLinear } from 'd3-scale';
import type { Series as LayerOf } from 'd3-shape';
import { stack, stackOrderNone } from 'd3-shape';
import * as React from 'react';

import {
  amountOf,
  bucketText,
  seriesText,
  tickText,
  trendSummary
} from '../../core/dashboard/labels';
import type { Column, Trend } from '../../core/dashboard/trend';
import type { ShownUnit } from '../../core/dashboard/usage-rows';
import { valueOf } from '../../core/dashboard/usage-rows';
import { toggleStep } from '../../core/dashboard/view';
import type { Palette } from './palette';
import { colourOf } from './palette';
import type { TimeProps, ViewProps } from './scene';
import type { Words } from '../../core/words/words';

/** In CSS pixels. */
const HEIGHT = 220;
const MARGIN = { top: 8, right: 4, bottom: 22, left: 52 };
const TICK_WIDTH = 76;
const TIP_WIDTH = 240;

interface BarsProps extends ViewProps, Pick<TimeProps, 'span' | 'step'> {
  readonly trend: Trend;
  readonly palette: Palette;
  readonly words: Words;
}

/** The place that is left for a chart, as wide as what it stands in. */
export function useWidth(): [React.RefObject<HTMLDivElement>, number] {
  const ref = React.useRef<HTMLDivElement>(null);
  const [width, setWidth] = React.useState(0);
  React.useLayoutEffect(() => {
    const node = ref.current;
    if (node === null) {
      return;
    }
    setWidth(node.clientWidth);
    const observer = new ResizeObserver(() => setWidth(node.clientWidth));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/**
 * An amount at an axis, in few characters.
 *
 * @param value - in the unit.
 * @param unit - what the axis counts.
 * @param words - the translations and the formatter.
 * @returns the text beside a tick; undefined for money that the user hides.
 */
export function axisText(value: number, unit: ShownUnit, { format }: Words): string | undefined {
  return unit === 'cost' ? format.briefMoney(String(value)) : format.compact(value);
}

/** Draws the trend as stacked bars; the pointer and the arrow keys read each bar. */
export function Bars(props: BarsProps): React.ReactElement {
  const { view, show, step, trend, words } = props;
  const { trans } = words;
  const [ref, width] = useWidth();
  const [active, setActive] = React.useState<number>();
  const { columns } = trend;
  const point = (index: number): void =>
    setActive(Math.min(Math.max(index, 0), columns.length - 1));
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowLeft: (active ?? columns.length) - 1,
      ArrowRight: (active ?? -1) + 1,
      Home: 0,
      End: columns.length - 1
    };
    if (event.key in moves) {
      point(moves[event.key]);
      event.preventDefault();
    } else if (event.key === 'Enter' && active !== undefined) {
      show(toggleStep(view, columns[active].bucket.key));
    } else if (event.key === 'Escape') {
      setActive(undefined);
    }
  };
  const column = active === undefined ? undefined : columns.at(active);
  return (
    <div
      ref={ref}
      className="jp-LLMMeter-Chart"
      tabIndex={0}
      role="group"
      aria-label={trans.__(
        'Trend. Use the arrow keys to move between bars, and Enter to show only one.'
      )}
      onKeyDown={onKeyDown}
      onBlur={() => setActive(undefined)}
      onPointerLeave={() => setActive(undefined)}
    >
      <svg
        role="img"
        aria-label={trendSummary(trend, view.unit, step, view.group, words)}
        width={width}
        height={HEIGHT}
      >
        {width > 0 && <Plot {...props} width={width} active={active} onPoint={point} />}
      </svg>
      {column && active !== undefined && (
        <Tip {...props} column={column} left={tipPlace(active, columns.length, width)} />
      )}
    </div>
  );
}

function tipPlace(index: number, count: number, width: number): number {
  const inner = width - MARGIN.left - MARGIN.right;
  const middle = MARGIN.left + (inner * (index + 0.5)) / count;
  return middle > width / 2 ? Math.max(0, middle - TIP_WIDTH - 14) : middle + 14;
}

interface PlotProps extends BarsProps {
  readonly width: number;
  readonly active?: number;
  readonly onPoint: (index: number) => void;
}

interface Scales {
  readonly x: ScaleBand<number>;
  readonly y: ScaleLinear<number, number>;
  /** For each series the low and the high end of its part of each bar. */
  readonly layers: readonly LayerOf<Column, string>[];
}

function scalesOf({ columns, series }: Trend, unit: ShownUnit, width: number): Scales {
  const largest = Math.max(...columns.map(({ totals }) => valueOf(totals, unit)));
  const y = scaleLinear([0, largest || 1], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(4);
  const x = scaleBand<number>(columns.keys(), [MARGIN.left, width - MARGIN.right])
    .paddingInner(columns.length > 60 ? 0.12 : 0.24)
    .paddingOuter(0.1);
  const layers = stack<Column>()
    .keys(series.map(({ id }) => id))
    .value(({ parts }, id) => partOf(parts.get(id), unit))
    .order(stackOrderNone)(columns);
  return { x, y, layers };
}

function Plot(props: PlotProps): React.ReactElement {
  const { view, show, trend, palette, words, width, active, onPoint } = props;
  const { columns, series } = trend;
  const { x, y, layers } = scalesOf(trend, view.unit, width);
  const isDim = (index: number): boolean =>
    view.selected !== undefined && columns[index].bucket.key !== view.selected;
  return (
    <>
      <Grid y={y} width={width} unit={view.unit} words={words} />
      {active !== undefined && (
        <rect
          className="jp-LLMMeter-Chart-cursor"
          x={(x(active) ?? 0) - (x.step() - x.bandwidth()) / 2}
          y={MARGIN.top}
          width={x.step()}
          height={HEIGHT - MARGIN.bottom - MARGIN.top}
        />
      )}
      {layers.map((layer, at) =>
        layer.map(([low, high], index) =>
          high > low ? (
            <rect
              key={`${layer.key} ${index}`}
              className="jp-LLMMeter-Chart-bar"
              data-dim={isDim(index) || undefined}
              style={{ fill: colourOf(palette, series[at]) }}
              x={x(index)}
              width={x.bandwidth()}
              y={y(high)}
              height={y(low) - y(high)}
            />
          ) : null
        )
      )}
      <Ticks
        step={props.step}
        span={props.span}
        words={words}
        columns={columns}
        place={index => (x(index) ?? 0) + x.bandwidth() / 2}
        width={width}
      />
      {columns.map(({ bucket }, index) => (
        <rect
          key={bucket.key}
          className="jp-LLMMeter-Chart-target"
          x={(x(index) ?? 0) - (x.step() - x.bandwidth()) / 2}
          y={0}
          width={x.step()}
          height={HEIGHT}
          onPointerEnter={() => onPoint(index)}
          onClick={() => show(toggleStep(view, bucket.key))}
        />
      ))}
    </>
  );
}

function partOf(part: Parameters<typeof valueOf>[0] | undefined, unit: ShownUnit): number {
  return part === undefined ? 0 : valueOf(part, unit);
}

interface GridProps {
  readonly y: ScaleLinear<number, number>;
  readonly width: number;
  readonly unit: ShownUnit;
  readonly words: Words;
}

function Grid({ y, width, unit, words }: GridProps): React.ReactElement {
  return (
    <g className="jp-LLMMeter-Chart-grid">
      {y.ticks(4).map(tick => (
        <g key={tick} transform={`translate(0,${y(tick)})`}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} />
          <text x={MARGIN.left - 8} dy="0.32em" textAnchor="end">
            {axisText(tick, unit, words)}
          </text>
        </g>
      ))}
    </g>
  );
}

interface TicksProps extends Pick<TimeProps, 'span' | 'step'> {
  readonly words: Words;
  readonly columns: readonly Column[];
  readonly place: (index: number) => number;
  readonly width: number;
}

function Ticks({ step, span, words, columns, place, width }: TicksProps): React.ReactElement {
  const most = Math.max(1, Math.floor((width - MARGIN.left) / TICK_WIDTH));
  const isOneDay = Date.parse(span.to) - Date.parse(span.from) < 30 * 3_600_000;
  // A day of hours is marked at its midnight.
  const unit = step === 'hour' && !isOneDay ? 24 : 1;
  const every = unit * Math.ceil(columns.length / unit / most);
  return (
    <g className="jp-LLMMeter-Chart-ticks">
      {columns.map(({ bucket }, index) =>
        index % every === 0 ? (
          <text key={bucket.key} x={place(index)} y={HEIGHT - 6} textAnchor="middle">
            {tickText(bucket, step, isOneDay, words.format)}
          </text>
        ) : null
      )}
    </g>
  );
}

interface TipProps extends BarsProps {
  readonly column: Column;
  readonly left: number;
}

/** What a bar is made of; read aloud when the arrow keys come to it. */
function Tip({ view, step, words, trend, palette, column, left }: TipProps): React.ReactElement {
  const { trans } = words;
  const present = trend.series.filter(({ id }) => column.parts.has(id));
  return (
    <div className="jp-LLMMeter-Tip" role="status" style={{ left, width: TIP_WIDTH }}>
      <div className="jp-LLMMeter-Tip-line jp-LLMMeter-Tip-title">
        <span>{bucketText(column.bucket, step, words)}</span>
        <span>{amountOf(column.totals, view.unit, words)}</span>
      </div>
      {present.map(series => {
        const part = column.parts.get(series.id);
        return (
          <div key={series.id} className="jp-LLMMeter-Tip-line">
            <span
              className="jp-LLMMeter-Swatch"
              style={{ backgroundColor: colourOf(palette, series) }}
            />
            <bdi>{seriesText(series, view.group, trans)}</bdi>
            <span>{part && amountOf(part, view.unit, words)}</span>
          </div>
        );
      })}
    </div>
  );
}
