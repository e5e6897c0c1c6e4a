/**
 * The body of the dialog about a limit that was reached, or a call that was refused.
 */

import * as React from 'react';

import type { Notice } from '../../core/words/notice';
import { Paragraphs } from '../paragraphs';

interface NoticeBodyProps {
  readonly notice: Notice;
}

/** Shows what happened, the facts, and what happens next. */
export function NoticeBody({ notice }: NoticeBodyProps): React.ReactElement {
  return (
    <div className="jp-LLMMeter-Notice">
      <p>{notice.headline}</p>
      <dl>
        {notice.facts.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
      </dl>
      <Paragraphs texts={notice.outlook} />
    </div>
  );
}
