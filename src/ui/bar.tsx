/**
 * A bar that shows a share.
 */

import * as React from 'react';

import type { StatusEntry } from '../core/words/gauge';

interface BarProps {
  readonly level: StatusEntry['level'];
  readonly ratio: number;
  /** The part that is held for calls under way, beside what is used. */
  readonly reservedRatio?: number;
}

/** Shows a bar without words: the text beside it says the same. */
export function Bar({ level, ratio, reservedRatio = 0 }: BarProps): React.ReactElement {
  const share = Math.min(Math.max(ratio, 0), 1);
  const reserved = Math.min(Math.max(reservedRatio, 0), 1 - share);
  return (
    <span className="jp-LLMMeter-Bar" data-level={level} aria-hidden="true">
      <span className="jp-LLMMeter-Bar-fill" style={{ width: `${share * 100}%` }} />
      {reserved > 0 && (
        <span className="jp-LLMMeter-Bar-reserved" style={{ width: `${reserved * 100}%` }} />
      )}
    </span>
  );
}
