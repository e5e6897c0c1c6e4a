/**
 * The signs of the gauge, which differ in form as well as in colour.
 */

import * as React from 'react';

import type { Sign } from '../core/words/gauge';

/** Paths in a square of 16. */
const FORMS: Readonly<Record<Sign, string>> = {
  warning: 'M8 1.5 15.5 14.5H.5zM7.2 6v4.2h1.6V6zm0 5.4V13h1.6v-1.6z',
  exceeded: 'M5 1h6l4 4v6l-4 4H5l-4-4V5zm2.1 2.8v5h1.8v-5zm0 6.4v1.9h1.8v-1.9z',
  blocked: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM4 7v2h8V7z',
  unmetered:
    'M8 1a7 7 0 0 1 7 7 7 7 0 0 1-1.3 4L4 2.3A7 7 0 0 1 8 1zM2.3 4l9.7 9.7A7 7 0 0 1 2.3 4zM1.2 2.6 2.6 1.2l12.2 12.2-1.4 1.4z',
  disconnected:
    'M5 1v3H3.5v2.5A4.5 4.5 0 0 0 7 10.9V12h2v-1.1a4.5 4.5 0 0 0 3.5-4.4V4H11V1H9.5v3h-3V1zM5 13v1.5h1.5V13zm4.5 0v1.5H11V13z',
  absent: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 1.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8z',
  failed:
    'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM5.6 4.3 4.3 5.6 6.7 8l-2.4 2.4 1.3 1.3L8 9.3l2.4 2.4 1.3-1.3L9.3 8l2.4-2.4-1.3-1.3L8 6.7z'
};

interface SignProps {
  readonly sign: Sign;
}

/** Shows a sign without words: the gauge's label says the same. */
export function SignIcon({ sign }: SignProps): React.ReactElement {
  return (
    <svg
      className="jp-LLMMeter-Sign"
      data-sign={sign}
      viewBox="0 0 16 16"
      width="14"
      height="14"
      aria-hidden="true"
      focusable="false"
    >
      <path fill="currentColor" fillRule="evenodd" d={FORMS[sign]} />
    </svg>
  );
}
