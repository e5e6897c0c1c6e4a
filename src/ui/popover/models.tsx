/**
 * Which models this month's tokens went to; folded, and asked for when it is opened.
 */

import * as React from 'react';

import type { UsageRow } from '../../core/dashboard/usage';
import { sumOf } from '../../core/dashboard/usage';
import { costText } from '../../core/words/wording';
import { monthOf } from '../../notebook/notebook-usage';
import type { IMeter } from '../../tokens';
import { useAnswer } from '../answer';
import { Bar } from '../bar';
import { Name } from './name';
import type { Words } from '../../core/words/words';

const SHOWN_MODELS = '5';

interface ModelSplitProps {
  readonly meter: IMeter;
  /** Changes when the ledger has new calls. */
  readonly revision: number;
  readonly isCostShown: boolean;
  readonly words: Words;
}

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

function Split({ meter, revision, isCostShown, words }: ModelSplitProps): React.ReactElement {
  const { trans } = words;
  const answer = useAnswer(
    () => meter.getUsage({ group_by: 'model', limit: SHOWN_MODELS, ...monthOf(new Date()) }),
    [meter, revision]
  );
  if (answer.kind === 'loading') {
    return <p role="status">{trans.__('Loading…')}</p>;
  }
  if (answer.kind === 'error') {
    return (
      <p className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
        {answer.message}
      </p>
    );
  }
  if (answer.value.length === 0) {
    return <p>{trans.__('No calls yet.')}</p>;
  }
  const { inputTokens, outputTokens } = sumOf(answer.value);
  const rows = [...answer.value].sort(inOrder);
  return (
    <table>
      <tbody>
        {rows.map(row => (
          <ModelRow
            key={row.isRest ? 'rest' : `model ${row.group}`}
            row={row}
            all={inputTokens + outputTokens}
            isCostShown={isCostShown}
            words={words}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ModelRowProps {
  readonly row: UsageRow;
  /** The tokens of all rows. */
  readonly all: number;
  readonly isCostShown: boolean;
  readonly words: Words;
}

function ModelRow({ row, all, isCostShown, words }: ModelRowProps): React.ReactElement {
  const { trans, format } = words;
  const share = all === 0 ? 0 : tokensOf(row) / all;
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
      {isCostShown && <td>{costText(row, words)}</td>}
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
