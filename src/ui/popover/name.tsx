/**
 * A name as text: whatever its letters and length, it stays in its place, and the tooltip has it in full.
 */

import * as React from 'react';

interface NameProps {
  readonly name: string;
}

/** Shows a name. */
export function Name({ name }: NameProps): React.ReactElement {
  return (
    <bdi className="jp-LLMMeter-Name" title={name}>
      {name}
    </bdi>
  );
}
