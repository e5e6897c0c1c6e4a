/**
 * The body of the dialog that tells of a limit that was reached.
 */

import * as React from 'react';

import type { Notice } from '../../core/words/notice';

interface NoticeBodyProps {
  readonly notice: Notice;
}

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
      <p>{notice.outlook}</p>
    </div>
  );
}
