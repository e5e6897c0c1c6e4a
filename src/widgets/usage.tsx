/**
 * The body of the popover: limits, today, this month, the last calls, and what is not metered.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Formatter } from '../core/format';
import { connectionFacts } from '../core/gauge';
import type { Snapshot } from '../core/snapshot';
import type { Problem } from '../core/standing';
import type { IMeter, IWording } from '../tokens';
import { LastCalls } from './calls';
import { Limits } from './limits';
import { TotalsTable } from './totals';
import { UnmeteredList } from './unmetered';

/** What every part of the popover needs to write its figures. */
export interface Words {
  readonly trans: TranslationBundle;
  readonly format: Formatter;
}

export class UsageWidget extends ReactWidget {
  /**
   * @param meter - what to show.
   * @param wording - in which words.
   * @param onSettings - opens the settings.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly onSettings: () => void
  ) {
    super();
    this.addClass('jp-LLMMeter-Usage');
    meter.stateChanged.connect(this.update, this);
    wording.changed.connect(this.update, this);
  }

  protected override render(): React.ReactElement {
    const { trans, format } = this.wording;
    return (
      <Usage
        meter={this.meter}
        snapshot={this.meter.snapshot}
        words={{ trans, format }}
        onSettings={this.onSettings}
      />
    );
  }
}

interface UsageProps {
  readonly meter: IMeter;
  readonly snapshot: Snapshot;
  readonly words: Words;
  readonly onSettings: () => void;
}

function Usage({ meter, snapshot, words, onSettings }: UsageProps): React.ReactElement {
  const { trans } = words;
  return (
    <>
      <div className="jp-LLMMeter-Usage-header">
        <h2>{trans.__('LLM usage')}</h2>
        <button type="button" className="jp-LLMMeter-Button" onClick={onSettings}>
          {trans.__('Settings')}
        </button>
      </div>
      <ConnectionNote meter={meter} snapshot={snapshot} words={words} />
      {snapshot.document && <Figures meter={meter} document={snapshot.document} words={words} />}
    </>
  );
}

interface FiguresProps {
  readonly meter: IMeter;
  readonly document: NonNullable<Snapshot['document']>;
  readonly words: Words;
}

function Figures({ meter, document, words }: FiguresProps): React.ReactElement {
  const { isCostShown, areOutputsScanned } = meter.preferences;
  return (
    <>
      <Problems problems={document.problems} words={words} />
      <Limits standings={document.standings} words={words} />
      <TotalsTable
        today={document.today}
        month={document.month}
        isCostShown={isCostShown}
        words={words}
      />
      <LastCalls meter={meter} revision={document.seq} isCostShown={isCostShown} words={words} />
      <UnmeteredList
        unmetered={document.unmetered}
        areOutputsScanned={areOutputsScanned}
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
  if (snapshot.connection === 'live') {
    return null;
  }
  if (snapshot.connection === 'loading') {
    return <p role="status">{trans.__('Loading…')}</p>;
  }
  if (snapshot.connection === 'alone') {
    return (
      <div className="jp-LLMMeter-Note" role="note">
        {connectionFacts(snapshot, trans).map(fact => (
          <p key={fact}>{fact}</p>
        ))}
      </div>
    );
  }
  return (
    <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
      {connectionFacts(snapshot, trans).map(fact => (
        <p key={fact}>{fact}</p>
      ))}
      {snapshot.document && <p>{trans.__('The figures below are the last known ones.')}</p>}
      <button type="button" className="jp-LLMMeter-Button" onClick={() => void meter.refresh()}>
        {trans.__('Try again')}
      </button>
    </div>
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
        {problems.map(({ code, message }) => (
          <li key={code + message}>{message}</li>
        ))}
      </ul>
    </section>
  );
}
