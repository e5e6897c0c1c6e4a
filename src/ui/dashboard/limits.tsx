/**
 * All limits and where they stand, also those that nothing done here counts towards. The limits nearest to their amounts are
 * curves: used against the amount, and where it leads.
 */

import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import * as React from 'react';

import type { Burnup, Course, Point } from '../../core/dashboard/burnup';
import { burnupOf, courseOf } from '../../core/dashboard/burnup';
import { levelText, moreText } from '../../core/words/facts';
import { forecastText } from '../../core/words/outlook';
import type { Owner, Standing, StandingDocument } from '../../core/record/standing';
import { isOwnUser, limitTitle } from '../../core/words/limit-name';
import { resetText, usedOfLimit } from '../../core/words/wording';
import { Bar } from '../bar';
import type { LoadUsage } from '../../core/dashboard/source';
import type { Words } from '../../core/words/words';
import { useAnswer } from '../answer';
import { axisText, useWidth } from './bars';

/** Each curve is a request, so only the limits nearest to their amounts have one. */
const MOST_CURVES = 3;

/** In CSS pixels. */
const HEIGHT = 96;
const PADDING = 6;

interface CurvesProps {
  /** The reader's IANA zone, for limits that name none. */
  readonly timeZone: string;
  readonly revision: number;
  readonly words: Words;
  /** Loads what a limit counts; undefined where the reader may not see it. */
  readonly usageOf: (standing: Standing) => LoadUsage | undefined;
}

interface LimitCoursesProps extends CurvesProps {
  readonly document?: StandingDocument;
}

/** Shows all limits, those nearest to their amounts first and as curves. */
export function LimitCourses({ document, ...props }: LimitCoursesProps): React.ReactElement {
  const { trans } = props.words;
  const standings = [...(document?.standings ?? [])].sort((one, other) => other.ratio - one.ratio);
  const more = document?.moreStandings ?? 0;
  return (
    <section className="jp-LLMMeter-Card">
      <div className="jp-LLMMeter-Card-header">
        <h3>{trans.__('All limits')}</h3>
      </div>
      {standings.length === 0 && <p className="jp-LLMMeter-Empty">{trans.__('No limits set.')}</p>}
      <div
        className="jp-LLMMeter-Courses"
        tabIndex={0}
        role="group"
        aria-label={trans.__('All limits')}
      >
        {standings.map((standing, index) => (
          <LimitCourse
            key={`${standing.limit.id} ${standing.subject ?? ''}`}
            {...props}
            standing={standing}
            owner={document?.owner}
            isCurve={index < MOST_CURVES}
          />
        ))}
      </div>
      {more > 0 && <p>{moreText(more, trans)}</p>}
    </section>
  );
}

interface LimitCourseProps extends CurvesProps {
  readonly standing: Standing;
  readonly owner?: Owner;
  readonly isCurve: boolean;
}

function LimitCourse(props: LimitCourseProps): React.ReactElement {
  const { standing, owner, timeZone, words } = props;
  const { trans, format } = words;
  const { limit, subject, level, ratio, resetsAt } = standing;
  const getUsage = props.isCurve ? props.usageOf(standing) : undefined;
  const course = courseOf(standing, timeZone);
  const forecast = forecastText(standing, words);
  const title = limitTitle(limit, subject, trans, isOwnUser(standing, owner));
  return (
    <div className="jp-LLMMeter-Course" data-level={level}>
      <div className="jp-LLMMeter-Course-line">
        <bdi title={title}>{title}</bdi>
        <strong>{format.percent(ratio)}</strong>
      </div>
      {course === undefined || getUsage === undefined ? (
        <Bar level={level} ratio={ratio} />
      ) : (
        <Curve {...props} course={course} getUsage={getUsage} />
      )}
      <div className="jp-LLMMeter-Course-notes">
        {level !== 'ok' && <strong>{levelText(level, trans)}</strong>}
        <span>{usedOfLimit(standing, words)}</span>
        <span>{resetText(resetsAt, limit.timeZone, words)}</span>
        {forecast && <span>{forecast}</span>}
      </div>
    </div>
  );
}

interface CurveProps extends LimitCourseProps {
  readonly course: Course;
  readonly getUsage: LoadUsage;
}

function Curve({ revision, words, getUsage, standing, course }: CurveProps): React.ReactElement {
  const { span, step } = course;
  const query = {
    ...course.query,
    from: span.from,
    to: span.to,
    group_by: step,
    time_zone: span.timeZone
  };
  const answer = useAnswer(() => getUsage(query), JSON.stringify(query), revision);
  const [ref, width] = useWidth();
  const burnup = burnupOf(standing, course, answer.value ?? [], Date.now());
  const summary = [usedOfLimit(standing, words), forecastText(standing, words)].filter(
    text => text !== undefined
  );
  return (
    <div ref={ref} className="jp-LLMMeter-Course-chart">
      {width > 0 && (
        <svg role="img" aria-label={summary.join('\n')} width={width} height={HEIGHT}>
          <Lines
            burnup={burnup}
            width={width}
            label={axisText(burnup.amount, unitOf(standing), words) ?? words.format.percent(1)}
          />
        </svg>
      )}
    </div>
  );
}

function unitOf({ limit: { unit } }: Standing): 'cost' | 'tokens' | 'calls' {
  return unit === 'USD' ? 'cost' : unit;
}

interface LinesProps {
  readonly burnup: Burnup;
  readonly width: number;
  readonly label: string;
}

function Lines({ burnup, width, label }: LinesProps): React.ReactElement {
  const { start, end, amount, points, forecast } = burnup;
  const last = points[points.length - 1];
  // A forecast far beyond the amount leaves the picture instead of flattening it.
  const top = Math.max(amount * 1.15, last.used, Math.min(forecast?.used ?? 0, amount * 1.6));
  const x = scaleLinear([start, end], [0, width]);
  const y = scaleLinear([0, top], [HEIGHT - PADDING, PADDING]);
  const path = line<Point>(
    ({ at }) => x(at),
    ({ used }) => y(used)
  );
  const area = [...points, { at: last.at, used: 0 }];
  return (
    <>
      <line className="jp-LLMMeter-Course-base" x2={width} y1={y(0)} y2={y(0)} />
      <path className="jp-LLMMeter-Course-area" d={path(area) ?? ''} />
      {forecast && (
        <path className="jp-LLMMeter-Course-forecast" d={path([last, forecast]) ?? ''} />
      )}
      <path className="jp-LLMMeter-Course-used" d={path(points) ?? ''} />
      <circle className="jp-LLMMeter-Course-now" cx={x(last.at)} cy={y(last.used)} r={3} />
      <line className="jp-LLMMeter-Course-amount" x2={width} y1={y(amount)} y2={y(amount)} />
      <text x={0} y={y(amount) - 4}>
        {label}
      </text>
    </>
  );
}
