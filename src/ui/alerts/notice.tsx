/**
 * The body of the dialog about a limit that was reached, or a call that was refused.
 */

import '../../../style/dialogs.css';

import * as React from 'react';

import type { Notice } from '../../core/words/notice';
import { Paragraphs } from '../paragraphs';

interface NoticeBodyProps {
  readonly notice: Notice;
  /** What a click on the notebook does, in words. */
  readonly hint: string;
  /** Opens a notebook at the cell that used most. */
  readonly onOpen: (notebookPath: string) => void;
}

/** Shows what happened, the facts, and what happens next. */
export function NoticeBody({ notice, hint, onOpen }: NoticeBodyProps): React.ReactElement {
  return (
    <div className="jp-LLMMeter-Notice">
      <p>{notice.headline}</p>
      <dl>
        {notice.facts.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              {value === notice.notebook ? (
                <button
                  type="button"
                  className="jp-LLMMeter-Link"
                  title={hint}
                  onClick={() => onOpen(value)}
                >
                  {value}
                </button>
              ) : (
                value
              )}
            </dd>
          </React.Fragment>
        ))}
      </dl>
      <Paragraphs texts={notice.outlook} />
    </div>
  );
}
