/**
 * What the server extension finds about services, ledger, spool, environments and kernels, with what to do about each.
 */

import * as React from 'react';

import type { Checked, Diagnosis } from '../../core/record/diagnosis';
import { explanationText } from '../../core/words/explanation';
import {
  areaText,
  inOrder,
  notSeenText,
  requestTexts,
  verdictText
} from '../../core/words/finding';
import type { Words } from '../../core/words/words';
import { useAnswer } from '../answer';
import { Paragraphs } from '../paragraphs';
import { Trouble } from '../trouble';

/** Makes the diagnosis on the server. */
export type LoadDiagnosis = () => Promise<Diagnosis>;

interface CheckupProps {
  readonly load: LoadDiagnosis;
  readonly words: Words;
}

/** Shows the diagnosis, once it is made; it can be made again. */
export function Checkup({ load, words }: CheckupProps): React.ReactElement {
  const { trans } = words;
  const [tries, setTries] = React.useState(0);
  const answer = useAnswer(load, `check ${tries}`, tries);
  const retry = (): void => setTries(tries + 1);
  const isChecking = answer.isStale;
  return (
    <section>
      <h3>{trans.__('What the server found')}</h3>
      <p role="status">
        {isChecking
          ? trans.__('Checking the ledger, environments, and spool. This takes a few seconds.')
          : ''}
      </p>
      {!isChecking && <Trouble answer={answer} words={words} onRetry={retry} />}
      {answer.value && <Findings diagnosis={answer.value} words={words} />}
      {answer.value && answer.failure === undefined && (
        <button type="button" className="jp-LLMMeter-Button" disabled={isChecking} onClick={retry}>
          {trans.__('Check again')}
        </button>
      )}
    </section>
  );
}

interface FindingsProps {
  readonly diagnosis: Diagnosis;
  readonly words: Words;
}

function Findings({ diagnosis, words }: FindingsProps): React.ReactElement {
  const { trans } = words;
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Checked')}</th>
            <th scope="col">{trans.__('Result')}</th>
            <th scope="col">{trans.__('What was found')}</th>
          </tr>
        </thead>
        <tbody>
          {inOrder(diagnosis.findings).map((finding, index) => (
            <FindingRow key={index} finding={finding} words={words} />
          ))}
        </tbody>
      </table>
      <Paragraphs texts={requestTexts(diagnosis, words)} />
      <h4>{trans.__('Never seen')}</h4>
      <ul>
        {diagnosis.notSeen.map(one => (
          <li key={one.code}>{notSeenText(one, trans)}</li>
        ))}
      </ul>
    </>
  );
}

interface FindingRowProps {
  readonly finding: Checked;
  readonly words: Words;
}

function FindingRow({ finding, words }: FindingRowProps): React.ReactElement {
  const { area, subject, verdict } = finding;
  const { trans } = words;
  return (
    <tr data-verdict={verdict}>
      <th scope="row">
        {areaText(area, trans)}
        <bdi>{subject}</bdi>
      </th>
      <td>{verdictText(verdict, trans)}</td>
      <td>{explanationText(finding, words)}</td>
    </tr>
  );
}
