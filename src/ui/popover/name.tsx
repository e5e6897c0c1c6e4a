/**
 * A name as text: it keeps to its place, whatever its letters and length, and the tooltip has it in full.
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
