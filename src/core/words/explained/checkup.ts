/**
 * What the diagnosis finds: services, kernels, folders, spools and Pythons.
 */

import type { Texts } from './texts';

/** Of anything but a Python. */
export const CHECKUP_TEXTS: Texts = {
  'service-none': (_, trans) =>
    trans.__(
      'None is running; calls wait in the spool until a lab or `jupyter llm-meter run` starts.'
    ),
  'service-silent': (of, trans) =>
    trans.__('It does not answer (%1). Restart that server.', of('error')),
  'export-running': (of, trans) =>
    trans.__(
      'Calls are exported: %1 sent, %2 waiting, %3 dropped since it started.',
      of('sent'),
      of('waiting'),
      of('dropped')
    ),
  'export-failing': (of, trans) =>
    trans.__(
      "The collector does not accept calls: %1 wait, %2 were dropped. Check that it runs and speaks OTLP over HTTP at this URL; the server's log has the reason.",
      of('waiting'),
      of('dropped')
    ),
  'export-missing': (_, trans) =>
    trans.__(
      'OpenTelemetry is not installed, so calls are not exported; run `pip install jupyter-llm-meter[otlp]` and restart that server.'
    ),
  'kernel-language': (_, trans) =>
    trans.__(
      'Not metered: its language has no tap, so only usage that its cells print is counted.'
    ),
  'kernel-no-tap': (_, trans) =>
    trans.__('Not metered: the tap is not active in it; check its kernelspec, or restart it.'),
  'kernel-unmetered': (of, trans) => trans.__('Not metered: %1.', of('reason')),
  'kernel-metered': (_, trans) => trans.__('Metered.'),
  'program-not-metered': (_, trans) =>
    trans.__(
      'It is not Python and is connected to the network: if it calls an LLM, that is not metered.'
    ),
  'ledger-none': (_, trans) => trans.__('Created at the first call.'),
  'ledger-reachable': (of, trans) => trans.__('Reachable; its id is %1.', of('id')),
  'ledger-local': (of, trans) =>
    trans.__(
      'Reachable; its id is %1. Its file system (%2) is local, so SQLite uses WAL.',
      of('id'),
      of('kind')
    ),
  'ledger-over-network': (of, trans) =>
    trans.__(
      'Reachable; its id is %1. Its file system (%2) may be shared by several machines, where WAL is not safe, so SQLite uses a rollback journal: reads and writes wait for one another.',
      of('id'),
      of('kind')
    ),
  'folder-none': (_, trans) => trans.__('Created when the first lab starts.'),
  'folder-read-only': (_, trans) => trans.__('It is not writable, so calls cannot be saved there.'),
  'folder-open': (of, trans) =>
    trans.__('Others may read %1; run chmod -R go= %2.', of('paths'), of('folder')),
  'folder-private': (_, trans) => trans.__('Only you can read it.'),
  'spool-rejected': (of, trans) => trans.__('%1 files hold unreadable lines.', of('files')),
  'spool-left': (of, trans) =>
    trans.__(
      '%1 files, %2 bytes, %3 of processes that have ended, and the running service does not import them.',
      of('files'),
      of('bytes'),
      of('ended')
    ),
  'spool-waiting': (of, trans) =>
    trans.__(
      '%1 files, %2 bytes, %3 of processes that have ended.',
      of('files'),
      of('bytes'),
      of('ended')
    ),
  'spool-empty': (_, trans) => trans.__('Nothing is waiting.'),
  'limits-in-force': (_, trans) => trans.__('In force.'),
  gateway: (_, trans) =>
    trans.__(
      'Kernels run behind it. Install the tap in their environments; check running kernels.'
    ),
  'spec-unreadable': (of, trans) => trans.__('Jupyter cannot load it: %1', of('error')),
  'spec-language': (of, trans) =>
    trans.__('%1 has no tap, so only usage that its cells print is counted.', of('language')),
  'spec-elsewhere': (of, trans) =>
    trans.__('Started elsewhere, by %1; check a running kernel.', of('provisioner')),
  'spec-launcher': (of, trans) =>
    trans.__('Started through %1; check one of its running kernels.', of('program'))
};

/** Of a Python. */
export const PYTHON_TEXTS: Texts = {
  'python-broken': (of, trans) => trans.__('It cannot start: %1.', of('error')),
  'python-metered': (of, trans) => trans.__('Python %1: metered.', of('version')),
  'python-libraries': (of, trans) => trans.__('Python %1: %2.', of('version'), of('libraries')),
  'python-too-old': (of, trans) =>
    trans.__(
      'Python %1: too old for the tap, which needs %2 or newer.',
      of('version'),
      of('oldest')
    ),
  'python-disabled': (of, trans) =>
    trans.__(
      'Python %1: turned off by LLM_METER_DISABLE; remove it from the kernelspec or the environment.',
      of('version')
    ),
  'python-no-folder': (of, trans) =>
    trans.__('Python %1: its kernelspec empties LLM_METER_DIR; remove that.', of('version')),
  'python-without-site': (of, trans) =>
    trans.__(
      'Python %1: started with -S, which skips the start-up files that load the tap; remove the option.',
      of('version')
    ),
  'python-isolated': (of, trans) =>
    trans.__(
      "Python %1: started with %2, which ignores the lab's PYTHONPATH; remove the option, or run `jupyter llm-meter tap install --python %3`.",
      of('version'),
      of('option'),
      of('python')
    ),
  'python-own-path': (of, trans) =>
    trans.__(
      "Python %1: its kernelspec replaces the lab's PYTHONPATH; append ${PYTHONPATH}, or run `jupyter llm-meter tap install --python %2`.",
      of('version'),
      of('python')
    ),
  'python-no-tap': (of, trans) =>
    trans.__(
      'Python %1: the tap does not start there; run `jupyter llm-meter tap install --python %2`.',
      of('version'),
      of('python')
    ),
  'python-not-found': (of, trans) => trans.__('%1 was not found', of('program')),
  'python-silent': (of, trans) =>
    trans.__('%1 did not answer within %2 s', of('program'), of('seconds')),
  'python-not-started': (of, trans) =>
    trans.__('%1 cannot be started: %2', of('program'), of('error')),
  'python-no-answer': (of, trans) => trans.__('%1 did not answer like a Python', of('program')),
  'python-other-answer': (of, trans) =>
    trans.__('%1 did not answer like a Python: %2', of('program'), of('error'))
};
