/**
 * The alerts of the windows that are not over: thresholds that were crossed, and refused calls.
 */

import * as React from 'react';

import { ratioOf } from '../core/record/decimal';
import type { Alert, StandingDocument } from '../core/record/standing';
import { isOwnUser, limitTitle } from '../core/words/limit-name';
import { amountText } from '../core/words/wording';
import type { Words } from '../core/words/words';

interface AlertsProps {
  readonly document: StandingDocument;
  readonly words: Words;
}

/** Shows the alerts as a table, the newest first. */
export function Alerts({ document, words }: AlertsProps): React.ReactElement {
  const { trans } = words;
  const names = [
    trans.__('Limit'),
    trans.__('What happened'),
    trans.__('Used'),
    trans.__('Resets')
  ];
  return (
    <section className="jp-LLMMeter-Card jp-LLMMeter-Portal-more">
      <div className="jp-LLMMeter-Card-header">
        <h3>{trans.__('Alerts')}</h3>
      </div>
      {document.alerts.length === 0 ? (
        <p className="jp-LLMMeter-Empty">{trans.__('No alerts in the current windows.')}</p>
      ) : (
        <div
          className="jp-LLMMeter-Scroll"
          tabIndex={0}
          role="region"
          aria-label={trans.__('Alerts')}
        >
          <table className="jp-LLMMeter-Table">
            <thead>
              <tr>
                {names.map(name => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {document.alerts.map(alert => (
                <Row key={alert.id} alert={alert} document={document} words={words} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({
  alert,
  document,
  words
}: AlertsProps & { readonly alert: Alert }): React.ReactElement {
  const { trans, format } = words;
  const standing = document.standings.find(
    ({ limit, subject }) => limit.id === alert.limitId && subject === alert.subject
  );
  const title =
    standing === undefined
      ? alert.subject
      : limitTitle(standing.limit, alert.subject, trans, isOwnUser(alert, document.owner));
  return (
    <tr>
      <td title={title}>
        <bdi>{title}</bdi>
      </td>
      <td>{happened(alert, words)}</td>
      <td>
        {amountText(alert.used, alert.unit, words) ??
          format.percent(ratioOf(alert.used, alert.amount))}
      </td>
      <td>{alert.resetsAt && format.moment(alert.resetsAt, standing?.limit.timeZone)}</td>
    </tr>
  );
}

function happened(alert: Alert, { trans, format }: Words): string {
  switch (alert.kind) {
    case 'warning':
      return trans.__('%1 of the limit reached', format.percent(alert.threshold));
    case 'exceeded':
      return trans.__('limit reached');
    case 'blocked':
      return alert.unpricedModel === undefined
        ? trans.__('a call was refused')
        : trans.__('a call was refused: no price is known for %1', alert.unpricedModel);
  }
}
