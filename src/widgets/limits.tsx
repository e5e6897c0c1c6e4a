/**
 * The limits and where they stand.
 */

import * as React from 'react';

import { levelText } from '../core/gauge';
import type { Standing } from '../core/standing';
import { limitTitle, resetText, usedOfLimit } from '../core/wording';
import { Bar } from './gauge';
import type { Words } from './usage';

interface LimitsProps {
  readonly standings: readonly Standing[];
  readonly words: Words;
}

export function Limits({ standings, words }: LimitsProps): React.ReactElement {
  const { trans } = words;
  return (
    <section>
      <h3>{trans.__('Limits')}</h3>
      {standings.length === 0 && <p>{trans.__('No limit is set.')}</p>}
      {standings.map(standing => (
        <LimitRow
          key={`${standing.limit.id} ${standing.subject ?? ''}`}
          standing={standing}
          words={words}
        />
      ))}
    </section>
  );
}

interface LimitRowProps {
  readonly standing: Standing;
  readonly words: Words;
}

function LimitRow({ standing, words: { trans, format } }: LimitRowProps): React.ReactElement {
  const { limit, subject, level, ratio, resetsAt } = standing;
  const reset = resetText(resetsAt, limit.timeZone, trans, format);
  return (
    <div className="jp-LLMMeter-Limit" data-level={level}>
      <div className="jp-LLMMeter-Limit-line">
        <span className="jp-LLMMeter-Limit-title">{limitTitle(limit, subject, trans)}</span>
        <span>{format.percent(ratio)}</span>
      </div>
      <Bar level={level} ratio={ratio} />
      <div className="jp-LLMMeter-Limit-line">
        <span>{usedOfLimit(standing, trans, format)}</span>
        <span className="jp-LLMMeter-Limit-level">{levelText(level, trans)}</span>
      </div>
      {reset && <div className="jp-LLMMeter-Limit-reset">{reset}</div>}
    </div>
  );
}
