/**
 * LLM Meter for JupyterLab and Jupyter Notebook: one plugin a concern, over the `IMeter` token.
 */

import { alertClaims } from './plugins/alert-claims';
import { alerts } from './plugins/alerts';
import { backend } from './plugins/backend';
import { badges } from './plugins/badges';
import { calls } from './plugins/calls';
import { commands } from './plugins/commands';
import { counter } from './plugins/counter';
import { dashboard } from './plugins/dashboard';
import { deepLinks } from './plugins/deep-links';
import { gauge } from './plugins/gauge';
import { language } from './plugins/language';
import { limitsForm } from './plugins/limits-form';
import { messages } from './plugins/messages';
import { meter } from './plugins/meter';
import { notebookGauge } from './plugins/notebook-gauge';
import { outputs } from './plugins/outputs';
import { preferences } from './plugins/preferences';
import { raises } from './plugins/raises';
import { runAll } from './plugins/run-all';
import { runs } from './plugins/runs';
import { settings } from './plugins/settings';
import { usage } from './plugins/usage';

export * from './tokens';

export default [
  language,
  preferences,
  backend,
  meter,
  calls,
  alertClaims,
  raises,
  messages,
  outputs,
  runs,
  usage,
  gauge,
  notebookGauge,
  alerts,
  deepLinks,
  dashboard,
  settings,
  limitsForm,
  commands,
  counter,
  badges,
  runAll
];
