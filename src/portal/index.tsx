/**
 * Begins the portal in its page.
 */

import '../../style/portal.css';

import * as React from 'react';
import { createRoot } from 'react-dom/client';

import { Portal } from './portal';

const { home = '/', xsrf = '' } = document.documentElement.dataset;

document.body.className = 'jp-LLMMeter-Portal';
createRoot(document.body.appendChild(document.createElement('div'))).render(
  <Portal
    home={home}
    xsrf={xsrf}
    send={(url, init) => fetch(url, init)}
    store={localStorage}
    preferred={navigator.languages}
  />
);
