/**
 * Calls as rows of a table; each leads to the cell that made it.
 */

import * as React from 'react';

import {
  callCostText,
  marksOf,
  placeDetail,
  placeText,
  tokensDetail,
  tokensText
} from '../../core/words/entry';
import type { Sort } from '../../core/dashboard/view';
import type { CallRecord } from '../../core/record/record';
import { modelOf } from '../../core/record/record';
import type { Translate } from '../../core/words/translate';
import type { Words } from '../../core/words/words';
import type { CellProps } from './scene';

/** A column of the table of calls. */
interface CallColumn {
  readonly name: string;
  /** Absent where the server does not sort by it. */
  readonly sort?: Sort;
  readonly isFigure?: boolean;
  /** Whether it is in the short lists as well. */
  readonly isBrief?: boolean;
  readonly cell: (call: CallRecord) => React.ReactNode;
  readonly detail?: (call: CallRecord) => string | undefined;
}

export interface ColumnOptions extends CellProps {
  readonly words: Words;
  /** Whether the calls are of several users, so that each says whose it is. */
  readonly isByUser?: boolean;
}

/**
 * The columns in their order; cost only if the user wants to see it.
 *
 * @param options - the words, what opens the cell of a call, and whether users are named.
 * @returns the columns.
 */
export function columnsOf({ words, openCell, isByUser }: ColumnOptions): readonly CallColumn[] {
  const { trans, format } = words;
  const cost: CallColumn = {
    name: trans.__('Cost'),
    sort: 'cost',
    isFigure: true,
    isBrief: true,
    cell: call => callCostText(call, words)
  };
  return [
    {
      name: trans.__('Time'),
      sort: 'started_at',
      cell: ({ startedAt }) => format.recent(startedAt),
      detail: ({ startedAt }) => format.moment(startedAt)
    },
    ...(isByUser === true ? [userColumn(trans)] : []),
    {
      name: trans.__('Model'),
      isBrief: true,
      cell: call => <ModelCell trans={trans} call={call} />,
      detail: call => [modelOf(call), call.providerName].filter(Boolean).join(' · ')
    },
    {
      name: trans.__('Notebook'),
      isBrief: true,
      cell: call => <PlaceCell trans={trans} call={call} openCell={openCell} />,
      detail: call => placeDetail(call, trans)
    },
    {
      name: trans.__('Tokens'),
      sort: 'tokens',
      isFigure: true,
      isBrief: true,
      cell: call => tokensText(call, words),
      detail: call => tokensDetail(call, words)
    },
    figure(
      trans.__('Input tokens'),
      'input_tokens',
      ({ inputTokens }) => inputTokens,
      format.count.bind(format)
    ),
    figure(
      trans.__('Output tokens'),
      'output_tokens',
      ({ outputTokens }) => outputTokens,
      format.count.bind(format)
    ),
    ...(format.isMoneyShown ? [cost] : []),
    figure(
      trans.__('Duration'),
      'duration',
      ({ durationS }) => durationS,
      seconds => trans.__('%1 s', format.count(Number(seconds.toPrecision(2))))
    )
  ];
}

function userColumn(trans: Translate): CallColumn {
  return {
    name: trans.__('User'),
    isBrief: true,
    cell: ({ userId }) => <bdi>{userId ?? trans.__('unknown')}</bdi>,
    detail: ({ userId }) => userId
  };
}

function figure(
  name: string,
  sort: Sort,
  read: (call: CallRecord) => number | undefined,
  write: (value: number) => string
): CallColumn {
  const cell = (call: CallRecord): string => {
    const value = read(call);
    return value === undefined ? '–' : write(value);
  };
  return { name, sort, isFigure: true, cell };
}

interface CallCellProps {
  readonly trans: Translate;
  readonly call: CallRecord;
}

function ModelCell({ trans, call }: CallCellProps): React.ReactElement {
  return (
    <>
      <bdi>{modelOf(call) ?? trans.__('unknown')}</bdi>
      {marksOf(call, trans).map(mark => (
        <span key={mark} className="jp-LLMMeter-Mark" title={call.errorType}>
          {mark}
        </span>
      ))}
    </>
  );
}

function PlaceCell({ trans, call, openCell }: CallCellProps & CellProps): React.ReactElement {
  const place = <bdi>{placeText(call, trans)}</bdi>;
  if (call.notebookPath === undefined || openCell === undefined) {
    return place;
  }
  return (
    <button
      type="button"
      className="jp-LLMMeter-Link"
      aria-description={trans.__('Opens the cell that made this call')}
      onClick={event => {
        event.stopPropagation();
        openCell(call);
      }}
    >
      {place}
    </button>
  );
}

interface CallRowsProps extends CellProps {
  readonly columns: readonly CallColumn[];
  readonly calls: readonly CallRecord[];
}

/** Shows calls as rows of a table. */
export function CallRows({ openCell, columns, calls }: CallRowsProps): React.ReactElement {
  return (
    <tbody>
      {calls.map(call => {
        const open = call.notebookPath === undefined ? undefined : openCell;
        return (
          <tr
            key={call.callId}
            data-leads={open !== undefined || undefined}
            // The mouse has the whole row; the keyboard has the notebook's button in it.
            onClick={open && (() => open(call))}
          >
            {columns.map(({ name, isFigure, cell, detail }) => (
              <td key={name} data-figure={isFigure || undefined} title={detail?.(call)}>
                {cell(call)}
              </td>
            ))}
          </tr>
        );
      })}
    </tbody>
  );
}
