/**
 * Sentences, one paragraph each: joining translated sentences would bring one language's spaces into another.
 */

import * as React from 'react';

interface ParagraphsProps {
  readonly texts: readonly string[];
}

/** Shows each text in a paragraph of its own. */
export function Paragraphs({ texts }: ParagraphsProps): React.ReactElement {
  return (
    <>
      {texts.map(text => (
        <p key={text}>{text}</p>
      ))}
    </>
  );
}
