/**
 * The bar of the portal: the service's name, the language, the user, and the way back to the hub.
 */

import * as React from 'react';

import type { Translate } from '../core/words/translate';
import type { Language } from './language';
import { LANGUAGE_NAMES } from './language';

/** Names, which no language translates. */
const SERVICE = 'LLM Meter';
const HUB = 'JupyterHub';

interface BarProps {
  readonly trans: Translate;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
  /** Absent until the service has said who reads. */
  readonly user?: string;
  /** The path of the hub's own page. */
  readonly home: string;
}

/** Shows the bar. */
export function PortalBar({
  trans,
  language,
  onLanguage,
  user,
  home
}: BarProps): React.ReactElement {
  return (
    <header className="jp-LLMMeter-Portal-bar">
      <h1>{SERVICE}</h1>
      <div className="jp-LLMMeter-Portal-user">
        <select
          aria-label={trans.__('Language')}
          value={language}
          onChange={({ target }) => onLanguage(target.value as Language)}
        >
          {Object.entries(LANGUAGE_NAMES).map(([name, own]) => (
            <option key={name} value={name} lang={name}>
              {own}
            </option>
          ))}
        </select>
        {user !== undefined && <bdi>{user}</bdi>}
        <a href={home}>{HUB}</a>
      </div>
    </header>
  );
}
