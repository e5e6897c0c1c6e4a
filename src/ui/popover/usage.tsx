/**
 * The body of the popover: limits, today, this month, this notebook, the models, the last calls, and what is not metered.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { connectionFacts } from '../../core/words/gauge';
import { problemTitle } from '../../core/words/problem';
import type { Snapshot } from '../../core/record/snapshot';
import type { Problem, Standing } from '../../core/record/standing';
import { underWayText } from '../../core/record/under-way';
import type { CurrentNotebook } from '../../notebook/current-notebook';
import type { ICellCosts, IMeter, IWording } from '../../tokens';
import { LastCalls } from './calls';
import { GaugeChoice } from '../gauge/gauge-choice';
import { Limits } from './limits';
import { ModelSplit } from './models';
import { RerunNote } from './rerun';
import { TotalsTable } from './totals';
import { UnmeteredList } from './unmetered';
import type { Words } from '../../core/words/words';

/** What the popover leads to. */
export interface UsageActions {
  readonly hasDashboard: () => boolean;
  readonly openDashboard: () => void;
  readonly openSettings: () => void;
  readonly showDiagnostics: () => void;
  readonly showRaises: () => void;
  readonly raise: (standing: Standing) => void;
  /** Writes a setting of the gauge. */
  readonly setGauge: (key: 'gaugeMode' | 'gaugeLimit', value: string | null) => void;
}

/** Where the user works. */
export interface UsagePlaces {
  readonly current: CurrentNotebook;
  /** What its cells cost; null where nobody knows. */
  readonly costs: ICellCosts | null;
}

export class UsageWidget extends ReactWidget {
  /**
   * @param meter - what to show.
   * @param wording - in which words.
   * @param places - where the user works.
   * @param actions - where it leads to.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly places: UsagePlaces,
    private readonly actions: UsageActions
  ) {
    super();
    this.addClass('jp-LLMMeter-Usage');
    meter.stateChanged.connect(this.update, this);
    wording.changed.connect(this.update, this);
    places.current.changed.connect(this.update, this);
    places.costs?.changed.connect(this.update, this);
  }

  protected override render(): React.ReactElement {
    const { trans, format } = this.wording;
    return (
      <Usage
        meter={this.meter}
        snapshot={this.meter.snapshot}
        words={{ trans, format }}
        places={this.places}
        actions={this.actions}
      />
    );
  }
}

interface UsageProps {
  readonly meter: IMeter;
  readonly places: UsagePlaces;
  readonly snapshot: Snapshot;
  readonly words: Words;
  readonly actions: UsageActions;
}

function Usage({ meter, snapshot, places, words, actions }: UsageProps): React.ReactElement {
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
      <ConnectionNote meter={meter} snapshot={snapshot} words={words} />
      <UnderWayNote snapshot={snapshot} words={words} />
      {snapshot.document && (
        <Figures
          meter={meter}
          document={snapshot.document}
          isAlone={snapshot.connection === 'alone'}
          places={places}
          actions={actions}
          words={words}
        />
      )}
    </>
  );
}

interface FiguresProps {
  readonly meter: IMeter;
  readonly document: NonNullable<Snapshot['document']>;
  readonly isAlone: boolean;
  readonly places: UsagePlaces;
  readonly actions: UsageActions;
  readonly words: Words;
}

function Figures({
  meter,
  document,
  isAlone,
  places,
  actions,
  words
}: FiguresProps): React.ReactElement {
  const { place } = places.current;
  const costs = places.costs?.current;
  const { isCostShown, areOutputsScanned } = meter.preferences;
  return (
    <>
      <Problems problems={document.problems} words={words} />
      <Limits
        standings={document.standings}
        moreStandings={document.moreStandings}
        isAlone={isAlone}
        actions={actions}
        words={words}
      />
      {document.today && document.month && (
        <TotalsTable
          today={document.today}
          month={document.month}
          meter={meter}
          place={isAlone || document.version === undefined ? null : place}
          revision={document.seq}
          isCostShown={isCostShown}
          words={words}
        />
      )}
      {costs && <RerunNote costs={costs} words={words} />}
      {!isAlone && (
        <ModelSplit meter={meter} revision={document.seq} isCostShown={isCostShown} words={words} />
      )}
      <LastCalls meter={meter} revision={document.seq} isCostShown={isCostShown} words={words} />
      <UnmeteredList
        unmetered={document.unmetered}
        areOutputsScanned={areOutputsScanned}
        words={words}
      />
      <GaugeChoice
        preferences={meter.preferences}
        standings={document.standings}
        onChoose={actions.setGauge}
        words={words}
      />
    </>
  );
}

interface ConnectionNoteProps {
  readonly meter: IMeter;
  readonly snapshot: Snapshot;
  readonly words: Words;
}

function ConnectionNote({
  meter,
  snapshot,
  words: { trans }
}: ConnectionNoteProps): React.ReactElement | null {
  const facts = connectionFacts(snapshot, trans);
  if (snapshot.connection === 'live') {
    return facts.length === 0 ? null : (
      <div className="jp-LLMMeter-Note" role="note">
        {facts.map(fact => (
          <p key={fact}>{fact}</p>
        ))}
      </div>
    );
  }
  if (snapshot.connection === 'loading') {
    return <p role="status">{trans.__('Loading…')}</p>;
  }
  if (snapshot.connection === 'alone') {
    return (
      <div className="jp-LLMMeter-Note" role="note">
        {facts.map(fact => (
          <p key={fact}>{fact}</p>
        ))}
      </div>
    );
  }
  return (
    <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
      {facts.map(fact => (
        <p key={fact}>{fact}</p>
      ))}
      {snapshot.document && <p>{trans.__('The figures below may be out of date.')}</p>}
      <button type="button" className="jp-LLMMeter-Button" onClick={() => void meter.refresh()}>
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

function Problems({ problems, words: { trans } }: ProblemsProps): React.ReactElement | null {
  if (problems.length === 0) {
    return null;
  }
  return (
    <section className="jp-LLMMeter-Note" data-level="warning">
      <h3>{trans.__('Problems')}</h3>
      <ul>
        {problems.map(problem => (
          <li key={problem.code + problem.message}>
            <strong>{problemTitle(problem, trans)}</strong>
            <p>{problem.message}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
