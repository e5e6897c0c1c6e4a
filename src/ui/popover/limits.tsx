/**
 * The limits and where they stand.
 */

import * as React from 'react';

import { ratioOf } from '../../core/record/decimal';
import { levelText, moreText } from '../../core/words/facts';
import { forecastText, remarksOf } from '../../core/words/outlook';
import type { Owner, Standing } from '../../core/record/standing';
import { isOwnUser, limitTitle } from '../../core/words/limit-name';
import { resetText, usedOfLimit } from '../../core/words/wording';
import { Bar } from '../bar';
import type { Words } from '../../core/words/words';

/** What the buttons at limits do. */
export interface LimitActions {
  readonly showRaises: () => void;
  readonly raise: (standing: Standing) => void;
}

interface LimitsProps {
  readonly standings: readonly Standing[];
  /** The limits that are about something else than the user's work here; listed on request. */
  readonly others: readonly Standing[];
  readonly owner?: Owner;
  readonly moreStandings: number;
  /** Whether the ledger has the calls; without it nothing refuses a call and no limit can be raised. */
  readonly hasLedger: boolean;
  readonly actions: LimitActions;
  readonly words: Words;
}

/** Shows the limits that can touch what the user does, and the others on request. */
export function Limits({
  standings,
  others,
  owner,
  moreStandings,
  hasLedger,
  actions,
  words
}: LimitsProps): React.ReactElement {
  const { trans } = words;
  const [areOthersShown, setOthersShown] = React.useState(false);
  return (
    <section>
      <div className="jp-LLMMeter-Limits-header">
        <h3>{trans.__('Limits')}</h3>
        {hasLedger && (
          <button type="button" className="jp-LLMMeter-Link" onClick={actions.showRaises}>
            {trans.__('Raise history')}
          </button>
        )}
      </div>
      {standings.length + others.length === 0 && <p>{trans.__('No limits set.')}</p>}
      {[...standings, ...(areOthersShown ? others : [])].map(standing => (
        <LimitRow
          key={`${standing.limit.id} ${standing.subject ?? ''}`}
          standing={standing}
          owner={owner}
          hasLedger={hasLedger}
          actions={actions}
          words={words}
        />
      ))}
      {others.length > 0 && (
        <button
          type="button"
          className="jp-LLMMeter-Link"
          aria-expanded={areOthersShown}
          onClick={() => setOthersShown(!areOthersShown)}
        >
          {areOthersShown
            ? trans.__('Hide limits of other work')
            : trans._n(
                'Show %1 limit of other work',
                'Show %1 limits of other work',
                others.length
              )}
        </button>
      )}
      {moreStandings > 0 && <p>{moreText(moreStandings, trans)}</p>}
    </section>
  );
}

interface LimitRowProps {
  readonly standing: Standing;
  readonly owner?: Owner;
  readonly hasLedger: boolean;
  readonly actions: LimitActions;
  readonly words: Words;
}

function LimitRow({
  standing,
  owner,
  hasLedger,
  actions,
  words
}: LimitRowProps): React.ReactElement {
  const { trans, format } = words;
  const title = limitTitle(standing.limit, standing.subject, trans, isOwnUser(standing, owner));
  const { limit, level, ratio, resetsAt, reserved, amount } = standing;
  const isBroken = !hasLedger && limit.onExceed === 'block';
  const remarks = [
    resetText(resetsAt, limit.timeZone, words),
    forecastText(standing, words),
    ...remarksOf(standing, words),
    isBroken
      ? trans.__("Calls can't be refused without the server extension, so this limit only warns")
      : undefined
  ].filter(remark => remark !== undefined);
  return (
    <div className="jp-LLMMeter-Limit" data-level={level}>
      <div className="jp-LLMMeter-Limit-line">
        <span className="jp-LLMMeter-Limit-title" title={title}>
          {title}
        </span>
        <span>{format.percent(ratio)}</span>
      </div>
      <Bar level={level} ratio={ratio} reservedRatio={ratioOf(reserved, amount)} />
      <div className="jp-LLMMeter-Limit-line">
        <span>{usedOfLimit(standing, words)}</span>
        <span className="jp-LLMMeter-Limit-level">{levelText(level, trans)}</span>
      </div>
      <div className="jp-LLMMeter-Limit-line">
        <ul className="jp-LLMMeter-Limit-remarks">
          {remarks.map(remark => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
        {standing.canRaise === true && level !== 'ok' && (
          <button
            type="button"
            className="jp-LLMMeter-Button"
            onClick={() => actions.raise(standing)}
          >
            {trans.__('Raise…')}
          </button>
        )}
      </div>
    </div>
  );
}
