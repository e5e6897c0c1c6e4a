/**
 * What keeps calls from being stored: ledger, spool, service, tokenizers.
 */

import type { Texts } from './texts';

/** The texts by code. */
export const LEDGER_TEXTS: Texts = {
  'gate-unwritable': (of, trans) =>
    trans.__(
      '%1 cannot be written (%2); hard limits are not enforced. Free some space, or make the folder writable.',
      of('path'),
      of('error')
    ),
  'ledger-replaced': (of, trans) =>
    trans.__(
      '%1. Calls are recorded in %2 for now. Move the file away and restart.',
      of('error'),
      of('path')
    ),
  'ledger-away': (of, trans) =>
    trans.__('%1. Calls wait in the spool and are counted when it is back.', of('error')),
  'ledger-exposed': (of, trans) =>
    trans.__(
      'Other accounts can write to %1, so they can replace or remove the ledger %2. Put it into a folder of its own: install -d -m 700 FOLDER, then name it with c.LLMMeter.database_url.',
      of('folder'),
      of('path')
    ),
  'calls-lost': (of, trans) =>
    trans.__(
      "Kernel messages were lost. Missing calls: %1. The totals lack them until the spool on the kernel's machine is imported. If a gateway limits the rate of messages, print less at a time.",
      of('kernels')
    ),
  'calls-lost-of-kernel': (of, trans) =>
    trans.__('%1 of kernel %2 (up to %3 tokens)', of('calls'), of('kernel'), of('tokens')),
  'not-durable': (of, trans) =>
    trans.__(
      '%1 cannot be written (%2); calls are kept in %3 and may be lost. Make the folder writable, or point JUPYTER_DATA_DIR elsewhere, and restart.',
      of('path'),
      of('error'),
      of('temporary')
    ),
  'server-not-started': (of, trans) =>
    trans.__(
      'Taps cannot connect (%1); calls are counted when their process ends. Restart the server.',
      of('error')
    ),
  'spool-lines': (of, trans) =>
    trans.__(
      'Lines of a spool could not be read and were not counted; %1 keeps them: %2.',
      of('path'),
      of('errors')
    ),
  'spool-unreadable': (of, trans) =>
    trans.__('Calls in these spools are not counted until they can be read: %1.', of('files')),
  'time-zone': (of, trans) =>
    trans.__(
      "The setting c.LLMMeter.time_zone is %1, which is not an IANA name such as Asia/Shanghai; the machine's own zone is used. Fix the configuration and restart.",
      of('given')
    ),
  'ranks-unreadable': (of, trans) =>
    trans.__(
      'the rank file of %1 cannot be read (%2); reinstall jupyter-llm-meter',
      of('name'),
      of('error')
    ),
  'ranks-damaged': (of, trans) =>
    trans.__('the rank file of %1 is damaged; reinstall jupyter-llm-meter', of('name')),
  'ledger-silent': (_, trans) => trans.__('the ledger does not answer'),
  'ledger-busy': (_, trans) =>
    trans.__('the ledger is busy: another write of this program does not end'),
  'ledger-interrupted': (_, trans) => trans.__('the write to the ledger was interrupted'),
  'ledger-closed': (_, trans) => trans.__('the ledger cannot be used now; it is tried again soon'),
  'ledger-undecided': (_, trans) => trans.__('nothing was decided'),
  'ledger-not-created': (of, trans) =>
    trans.__('the ledger %1 cannot be created: %2', of('path'), of('error')),
  'ledger-of-account': (of, trans) =>
    trans.__(
      'the ledger %1 is not used: %2 belongs to another account; remove that file, or choose another place with c.LLMMeter.database_url or --db',
      of('path'),
      of('file')
    ),
  'ledger-full': (of, trans) =>
    trans.__('the disk of the ledger %1 is full; free some space', of('path')),
  'ledger-read-only': (of, trans) =>
    trans.__(
      'the ledger %1 cannot be written; make its file and its folder writable, or choose another place with c.LLMMeter.database_url or --db',
      of('path')
    ),
  'ledger-without-locks': (of, trans) =>
    trans.__(
      'the file system of the ledger %1 has no locks that SQLite can use; choose a place on a local disk with c.LLMMeter.database_url or --db',
      of('path')
    ),
  'ledger-failing': (of, trans) =>
    trans.__('the ledger %1 cannot be used now: %2', of('path'), of('error')),
  'ledger-damaged': (of, trans) =>
    trans.__('the ledger %1 is damaged (%2); restore it from a copy', of('path'), of('error')),
  'ledger-of-others': (of, trans) =>
    trans.__(
      '%1 is an SQLite database of something else; choose another place with c.LLMMeter.database_url or --db',
      of('path')
    ),
  'ledger-no-database': (of, trans) =>
    trans.__(
      '%1 is not an SQLite database; choose another place with c.LLMMeter.database_url or --db',
      of('path')
    ),
  'ledger-other-tables': (of, trans) =>
    trans.__(
      '%1 has tables of something else; choose another place with c.LLMMeter.database_url or --db',
      of('path')
    ),
  'ledger-later': (of, trans) =>
    trans.__(
      'the ledger %1 was changed by a later version of LLM Meter (schema %2); upgrade jupyter-llm-meter, or choose another place with c.LLMMeter.database_url or --db',
      of('path'),
      of('revision')
    ),
  'address-unreadable': (of, trans) =>
    trans.__(
      'database URL %1 cannot be read: %2; allowed are sqlite:///PATH and postgresql+psycopg://USER@HOST/DATABASE',
      of('url'),
      of('error')
    ),
  'address-no-file': (of, trans) =>
    trans.__(
      'database URL %1 names no file; allowed are sqlite:///PATH and postgresql+psycopg://USER@HOST/DATABASE',
      of('url')
    ),
  'address-unsupported': (of, trans) =>
    trans.__(
      'database URL %1 is not supported; allowed are sqlite:///PATH and postgresql+psycopg://USER@HOST/DATABASE',
      of('url')
    ),
  'address-no-driver': (_, trans) =>
    trans.__("PostgreSQL needs the package psycopg: pip install 'jupyter-llm-meter[postgresql]'")
};
