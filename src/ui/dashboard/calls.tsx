/**
 * The calls themselves: the largest, and all of them by the page. The server searches, sorts and cuts.
 */

import * as React from 'react';

import { unitText } from '../../core/dashboard/labels';
import type { Sort, View } from '../../core/dashboard/view';
import { filterQuery, searchQuery, sortBy } from '../../core/dashboard/view';
import { callsText } from '../../core/words/wording';
import type { LoadCalls } from '../../core/dashboard/source';
import type { CallRecord } from '../../core/record/record';
import type { Words } from '../../core/words/words';
import { useAnswer } from '../answer';
import type { ColumnOptions } from './call-rows';
import { CallRows, columnsOf } from './call-rows';
import type { TimeProps, ViewProps } from './scene';
import { Loading, Trouble } from '../trouble';

const PAGE_SIZE = 25;
const TOP_SIZE = 5;

/** Typing is waited for so long, in milliseconds, before the server is asked. */
const TYPING_MS = 250;

interface TopCallsProps extends ColumnOptions, Pick<ViewProps, 'view'>, Pick<TimeProps, 'shown'> {
  readonly revision: number;
  readonly listCalls: LoadCalls;
}

/** Shows the few calls that used the most. */
export function TopCalls(props: TopCallsProps): React.ReactElement {
  const { view, shown, revision, words, listCalls } = props;
  const { trans } = words;
  const sort = view.unit === 'cost' ? 'cost' : 'tokens';
  const query = { ...filterQuery(view, shown), sort, limit: String(TOP_SIZE) };
  const answer = useAnswer(() => listCalls(query), JSON.stringify(query), revision);
  const calls = answer.value?.calls ?? [];
  const columns = columnsOf(props).filter(({ isBrief }) => isBrief);
  return (
    <section className="jp-LLMMeter-Card" data-stale={answer.isStale || undefined}>
      <div className="jp-LLMMeter-Card-header">
        <h3>{trans.__('Top calls')}</h3>
        <span className="jp-LLMMeter-Choice">{unitText(sort, trans)}</span>
      </div>
      <Trouble answer={answer} words={words} />
      <Loading answer={answer} words={words} />
      {answer.value && calls.length === 0 && (
        <p className="jp-LLMMeter-Empty">{trans.__('No calls.')}</p>
      )}
      {calls.length > 0 && (
        <div
          className="jp-LLMMeter-Scroll jp-LLMMeter-TopCalls"
          tabIndex={0}
          role="region"
          aria-label={trans.__('Top calls')}
        >
          <table className="jp-LLMMeter-Table">
            <thead>
              <tr>
                {columns.map(({ name, isFigure }) => (
                  <th key={name} scope="col" data-figure={isFigure || undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <CallRows openCell={props.openCell} columns={columns} calls={calls} />
          </table>
        </div>
      )}
    </section>
  );
}

interface CallsProps extends TopCallsProps, ViewProps {}

/** Shows all calls, page by page. */
export function Calls(props: CallsProps): React.ReactElement {
  const { view, show, shown, revision, words, listCalls } = props;
  const { trans } = words;
  const question = {
    ...filterQuery(view, shown),
    ...searchQuery(view),
    sort: view.sort,
    order: view.order,
    limit: String(PAGE_SIZE)
  };
  const key = JSON.stringify(question);
  const [way, setWay] = React.useState<{ key: string; cursors: readonly string[] }>({
    key,
    cursors: []
  });
  // Another question starts at its first page.
  const cursors = way.key === key ? way.cursors : [];
  const cursor = cursors.at(-1);
  const [archivedKey, setArchivedKey] = React.useState<string>();
  const asked = archivedKey === key ? { ...question, archived: 'true' } : question;
  const query = cursor === undefined ? asked : { ...asked, cursor };
  const answer = useAnswer(() => listCalls(query), JSON.stringify(query), revision);
  const next = answer.isStale ? undefined : answer.value?.nextCursor;
  return (
    <section className="jp-LLMMeter-Card" data-stale={answer.isStale || undefined}>
      <div className="jp-LLMMeter-Card-header">
        <h3>{trans.__('All calls')}</h3>
        <Search view={view} show={show} words={words} />
        <Pager
          words={words}
          page={cursors.length + 1}
          onBack={
            cursors.length > 0 ? () => setWay({ key, cursors: cursors.slice(0, -1) }) : undefined
          }
          onNext={
            next === undefined ? undefined : () => setWay({ key, cursors: [...cursors, next] })
          }
        />
      </div>
      <Trouble answer={answer} words={words} />
      <Loading answer={answer} words={words} />
      {answer.value?.archive?.isNeeded === true && (
        <ArchiveNotice
          until={answer.value.archive.until}
          words={words}
          onRead={() => {
            setArchivedKey(key);
            setWay({ key, cursors: [] });
          }}
        />
      )}
      {answer.value && <Table {...props} calls={answer.value.calls} />}
    </section>
  );
}

function Search({
  view,
  show,
  words
}: Pick<CallsProps, 'view' | 'show' | 'words'>): React.ReactElement {
  const { trans } = words;
  const [text, setText] = React.useState(view.search);
  const latest = React.useRef<View>(view);
  latest.current = view;
  React.useEffect(() => {
    if (text === latest.current.search) {
      return;
    }
    const timer = setTimeout(() => show({ ...latest.current, search: text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      className="jp-LLMMeter-Search"
      placeholder={trans.__('Search model, notebook, user…')}
      aria-label={trans.__('Search calls')}
      value={text}
      onChange={({ target }) => setText(target.value)}
    />
  );
}

interface ArchiveNoticeProps {
  readonly words: Words;
  readonly until: string;
  readonly onRead: () => void;
}

/** Says that older calls are in the archive, and reads them when asked. */
function ArchiveNotice({ words, until, onRead }: ArchiveNoticeProps): React.ReactElement {
  const { trans, format } = words;
  return (
    <p className="jp-LLMMeter-Choice">
      {trans.__('Calls up to %1 are in the archive and not in this list.', format.moment(until))}
      <button type="button" className="jp-LLMMeter-Button" onClick={onRead}>
        {trans.__('Read the archive')}
      </button>
    </p>
  );
}

interface PagerProps {
  readonly words: Words;
  readonly page: number;
  readonly onBack?: () => void;
  readonly onNext?: () => void;
}

function Pager({ words, page, onBack, onNext }: PagerProps): React.ReactElement {
  const { trans, format } = words;
  return (
    <span className="jp-LLMMeter-Pager">
      <button
        type="button"
        className="jp-LLMMeter-Button"
        aria-label={trans.__('Previous page')}
        disabled={onBack === undefined}
        onClick={onBack}
      >
        <span aria-hidden="true">‹</span>
      </button>
      <span role="status">{trans.__('Page %1', format.count(page))}</span>
      <button
        type="button"
        className="jp-LLMMeter-Button"
        aria-label={trans.__('Next page')}
        disabled={onNext === undefined}
        onClick={onNext}
      >
        <span aria-hidden="true">›</span>
      </button>
    </span>
  );
}

interface TableProps extends CallsProps {
  readonly calls: readonly CallRecord[];
}

function Table(props: TableProps): React.ReactElement {
  const { view, show, words, openCell, calls } = props;
  const { trans } = words;
  const columns = columnsOf(props);
  if (calls.length === 0) {
    return <p className="jp-LLMMeter-Empty">{trans.__('No matching calls.')}</p>;
  }
  const order = (sort: Sort | undefined): React.AriaAttributes['aria-sort'] =>
    sort === view.sort ? (view.order === 'asc' ? 'ascending' : 'descending') : undefined;
  return (
    <div
      className="jp-LLMMeter-Scroll"
      tabIndex={0}
      role="region"
      aria-label={callsText(calls.length, words)}
    >
      <table className="jp-LLMMeter-Table">
        <thead>
          <tr>
            {columns.map(({ name, sort, isFigure }) => (
              <th
                key={name}
                scope="col"
                aria-sort={order(sort)}
                data-figure={isFigure || undefined}
              >
                {sort === undefined ? (
                  name
                ) : (
                  <button type="button" onClick={() => show(sortBy(view, sort))}>
                    {name}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <CallRows openCell={openCell} columns={columns} calls={calls} />
      </table>
    </div>
  );
}
