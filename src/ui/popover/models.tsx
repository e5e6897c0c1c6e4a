/**
 * The models of this month's calls; folded, and loaded when it is opened.
 */

import * as React from 'react';

import type { UsageRow } from '../../core/dashboard/usage-rows';
import { sharesOf } from '../../core/words/shares';
import { costText } from '../../core/words/wording';
import { monthOf } from '../../core/dashboard/notebook-usage';
import type { LoadUsage } from '../../core/dashboard/source';
import { useAnswer } from '../answer';
import { Bar } from '../bar';
import { Loading, Trouble } from '../trouble';
import { Name } from './name';
import type { Words } from '../../core/words/words';

const SHOWN_MODELS = '5';

interface ModelSplitProps {
  readonly getUsage: LoadUsage;
  /** Changes when the ledger has new calls. */
  readonly revision: number;
  readonly words: Words;
}

/** Shows the models of this month once it is unfolded. */
export function ModelSplit(props: ModelSplitProps): React.ReactElement {
  const [isOpen, setOpen] = React.useState(false);
  return (
    <details
      className="jp-LLMMeter-Models"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>{props.words.trans.__('Models this month')}</summary>
      {isOpen && <Split {...props} />}
    </details>
  );
}

function Split({ getUsage, revision, words }: ModelSplitProps): React.ReactElement {
  const answer = useAnswer(
    () => getUsage({ group_by: 'model', limit: SHOWN_MODELS, ...monthOf(new Date()) }),
    'models',
    revision
  );
  return (
    <>
      <Loading answer={answer} words={words} />
      <Trouble answer={answer} words={words} />
      {answer.value && <ModelTable {...{ rows: answer.value, words }} />}
    </>
  );
}

interface ModelTableProps {
  readonly rows: readonly UsageRow[];
  readonly words: Words;
}

function ModelTable({ rows, words }: ModelTableProps): React.ReactElement {
  if (rows.length === 0) {
    return <p>{words.trans.__('No calls yet.')}</p>;
  }
  const sorted = [...rows].sort(inOrder);
  const shares = sharesOf(sorted.map(tokensOf));
  return (
    <table>
      <tbody>
        {sorted.map((row, index) => (
          <ModelRow
            key={row.isRest ? 'rest' : `model ${row.group}`}
            row={row}
            share={shares[index]}
            words={words}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ModelRowProps {
  readonly row: UsageRow;
  /** Of the tokens of all rows. */
  readonly share: number;
  readonly words: Words;
}

function ModelRow({ row, share, words }: ModelRowProps): React.ReactElement {
  const { trans, format } = words;
  const name = row.isRest ? trans.__('Other models') : (row.group ?? trans.__('unknown'));
  return (
    <tr>
      <th scope="row">
        <Name name={name} />
      </th>
      <td>
        <Bar level="ok" ratio={share} />
      </td>
      <td>{format.percent(share)}</td>
      <td title={trans.__('%1 tokens', format.count(tokensOf(row)))}>
        {trans.__('%1 tokens', format.compact(tokensOf(row)))}
      </td>
      {format.isMoneyShown && <td>{costText(row, words)}</td>}
    </tr>
  );
}

function tokensOf({ inputTokens, outputTokens }: UsageRow): number {
  return inputTokens + outputTokens;
}

/** Most tokens first, the rest last. */
function inOrder(one: UsageRow, other: UsageRow): number {
  return Number(one.isRest) - Number(other.isRest) || tokensOf(other) - tokensOf(one);
}
