/**
 * The body of the popover as a widget.
 */

import '../../../style/popover.css';

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ICallStore, ICellCosts, ICurrentNotebook, IMeter, IWording } from '../../tokens';
import type { UsageActions } from './usage-body';
import { UsageBody } from './usage-body';

/** Where the user works. */
export interface UsagePlaces {
  readonly current: ICurrentNotebook;
  /** The recorded calls. */
  readonly calls: ICallStore;
  /** The costs of its cells; null if they are not tracked. */
  readonly costs: ICellCosts | null;
}

/** The body of the popover as a widget. */
export class UsageWidget extends ReactWidget {
  /**
   * @param meter - the figures and preferences.
   * @param wording - the words.
   * @param places - where the user works.
   * @param actions - what the buttons do.
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
    const { meter, places } = this;
    const { trans, format } = this.wording;
    return (
      <UsageBody
        snapshot={meter.snapshot}
        preferences={meter.preferences}
        place={places.current.place}
        costs={places.costs?.current ?? null}
        hasLedger={places.calls.hasLedger}
        words={{ trans, format }}
        actions={this.actions}
        getUsage={query => places.calls.getUsage(query)}
        listCalls={async limit => (await places.calls.listCalls({ limit: String(limit) })).calls}
        listPrograms={() => places.calls.listPrograms()}
        refresh={() => void meter.refresh()}
      />
    );
  }
}
