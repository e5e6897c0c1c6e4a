/**
 * The body of the popover: limits, today, this month, this notebook, the models, the recent calls, and what is not metered.
 */

import * as React from 'react';
import type { NotebookPlace } from '../../core/dashboard/notebook-usage';
import type { LoadUsage } from '../../core/dashboard/source';
import { concerns } from '../../core/limits/concern';
import { connectionFacts } from '../../core/words/gauge';
import type { Translate } from '../../core/words/translate';
import { explanationSentence } from '../../core/words/explanation';
import { problemTitle } from '../../core/words/problem';
import type { Snapshot } from '../../core/record/snapshot';
import type { Problem, StandingDocument } from '../../core/record/standing';
import { underWayText } from '../../core/record/under-way';
import type { IPreferences, NotebookCosts } from '../../tokens';
import { RecentCalls } from './calls';
import type { SetGauge } from '../gauge/gauge-choice';
import { GaugeChoice } from '../gauge/gauge-choice';
import { Paragraphs } from '../paragraphs';
import type { LimitActions } from './limits';
import { Limits } from './limits';
import { ModelSplit } from './models';
import { ProgramList } from './programs';
import { RerunNote } from './rerun';
import { TotalsTable } from './totals';
import { UnmeteredList } from './unmetered';
import type { Words } from '../../core/words/words';

/** What the buttons of the popover do. */
export interface UsageActions extends LimitActions {
  readonly hasDashboard: () => boolean;
  readonly openDashboard: () => void;
  readonly openSettings: () => void;
  readonly showDiagnostics: () => void;
  readonly setGauge: SetGauge;
}

/** The figures, the functions that load more, and what the buttons do. */
export interface UsageBodyProps {
  readonly snapshot: Snapshot;
  readonly preferences: IPreferences;
  /** The notebook that the user works in; null if there is none. */
  readonly place: NotebookPlace | null;
  /** The costs of its cells; null if they are unknown. */
  readonly costs: NotebookCosts | null;
  /** Whether the ledger has the calls; false in local mode. */
  readonly hasLedger: boolean;
  readonly words: Words;
  readonly actions: UsageActions;
  readonly getUsage: LoadUsage;
  readonly listCalls: React.ComponentProps<typeof RecentCalls>['listCalls'];
  readonly listPrograms: React.ComponentProps<typeof ProgramList>['listPrograms'];
  readonly refresh: () => void;
}

/** Shows the body of the popover. */
export function UsageBody(props: UsageBodyProps): React.ReactElement {
  const { snapshot, words, actions, refresh } = props;
  const { trans } = words;
  return (
    <>
      <div className="jp-LLMMeter-Usage-header">
        <h2>{trans.__('LLM usage')}</h2>
        <span className="jp-LLMMeter-Usage-links">
          {actions.hasDashboard() && (
            <button type="button" className="jp-LLMMeter-Link" onClick={actions.openDashboard}>
              {trans.__('Dashboard')}
            </button>
          )}
          <button type="button" className="jp-LLMMeter-Link" onClick={actions.openSettings}>
            {trans.__('Settings')}
          </button>
          <button type="button" className="jp-LLMMeter-Link" onClick={actions.showDiagnostics}>
            {trans.__('Diagnostics')}
          </button>
        </span>
      </div>
      <ConnectionNote snapshot={snapshot} trans={trans} onRetry={refresh} />
      <UnderWayNote snapshot={snapshot} words={words} />
      {snapshot.document && <Figures {...props} document={snapshot.document} />}
    </>
  );
}

interface FiguresProps extends UsageBodyProps {
  readonly document: StandingDocument;
}

function Figures({
  document,
  preferences,
  place,
  costs,
  hasLedger,
  words,
  actions,
  getUsage,
  listCalls,
  listPrograms
}: FiguresProps): React.ReactElement {
  const { areOutputsScanned } = preferences;
  const { standings, moreStandings, today, month, problems, unmetered, seq, version } = document;
  const { owner } = document;
  const whereabouts = { owner, places: place === null ? [] : [place] };
  const concerned = standings.filter(standing => concerns(standing, whereabouts));
  const others = standings.filter(standing => !concerned.includes(standing));
  const shared = { revision: seq, words };
  return (
    <>
      <Problems problems={problems} words={words} />
      <Limits
        {...{ standings: concerned, others, owner, moreStandings, hasLedger, actions, words }}
      />
      {today && month && (
        <TotalsTable
          {...{ ...shared, today, month, getUsage }}
          place={hasLedger && version !== undefined ? place : null}
        />
      )}
      {costs && <RerunNote costs={costs} words={words} />}
      {hasLedger && <ModelSplit {...{ ...shared, getUsage }} />}
      <RecentCalls {...{ ...shared, listCalls }} />
      <UnmeteredList {...{ unmetered, areOutputsScanned, words }} />
      <ProgramList {...{ ...shared, listPrograms }} />
      <GaugeChoice {...{ preferences, standings, words }} onChoose={actions.setGauge} />
    </>
  );
}

interface ConnectionNoteProps {
  readonly snapshot: Snapshot;
  readonly trans: Translate;
  readonly onRetry: () => void;
}

/** Explains the state of the connection; shows nothing while all is well. */
function ConnectionNote({
  snapshot,
  trans,
  onRetry
}: ConnectionNoteProps): React.ReactElement | null {
  const { connection, document } = snapshot;
  const facts = connectionFacts(snapshot, trans);
  if (connection === 'loading') {
    return <p role="status">{trans.__('Loading…')}</p>;
  }
  if (connection === 'live' || connection === 'local') {
    return facts.length === 0 ? null : (
      <div className="jp-LLMMeter-Note" role="note">
        <Paragraphs texts={facts} />
      </div>
    );
  }
  return (
    <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
      <Paragraphs texts={facts} />
      {document && <p>{trans.__('The figures below may be out of date.')}</p>}
      <button type="button" className="jp-LLMMeter-Button" onClick={onRetry}>
        {trans.__('Try again')}
      </button>
    </div>
  );
}

interface UnderWayNoteProps {
  readonly snapshot: Snapshot;
  readonly words: Words;
}

function UnderWayNote({ snapshot, words }: UnderWayNoteProps): React.ReactElement | null {
  const text = underWayText(snapshot.underWay ?? [], words);
  return text === undefined ? null : (
    <p className="jp-LLMMeter-UnderWay">
      <span className="jp-LLMMeter-Gauge-pulse" aria-hidden="true" /> {text}
    </p>
  );
}

interface ProblemsProps {
  readonly problems: readonly Problem[];
  readonly words: Words;
}

function Problems({ problems, words }: ProblemsProps): React.ReactElement | null {
  if (problems.length === 0) {
    return null;
  }
  return (
    <section className="jp-LLMMeter-Note" data-level="warning">
      <h3>{words.trans.__('Problems')}</h3>
      <ul>
        {problems.map(problem => (
          <li key={problem.code + problem.message}>
            <strong>{problemTitle(problem, words.trans)}</strong>
            <p>{messageOf(problem, words)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function messageOf({ explanation, message }: Problem, words: Words): string {
  return explanation === undefined ? message : explanationSentence(explanation, words);
}
