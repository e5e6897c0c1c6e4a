/**
 * The findings of the server extension's diagnosis in words: the texts of `jupyter_llm_meter/core/finding.py`, translated.
 *
 * A code that this page does not know keeps the server's own text, which is English.
 */

import type { Area, Checked, Diagnosis, Verdict } from '../record/diagnosis';
import { problemTitle } from './problem';
import type { Translate } from './translate';
import type { Words } from './words';

/** The name of what was looked at. */
export function areaText(area: Area, trans: Translate): string {
  switch (area) {
    case 'service':
      return trans.__('Service');
    case 'ledger':
      return trans.__('Ledger');
    case 'folder':
      return trans.__('Folder');
    case 'spool':
      return trans.__('Spool');
    case 'limits':
      return trans.__('Limits');
    case 'gateway':
      return trans.__('Gateway');
    case 'kernelspec':
      return trans.__('Kernelspec');
    case 'python':
      return trans.__('Python');
    case 'kernel':
      return trans.__('Kernel');
  }
}

/** The name of a verdict. */
export function verdictText(verdict: Verdict, trans: Translate): string {
  switch (verdict) {
    case 'good':
      return trans.__('In order');
    case 'bad':
      return trans.__('Problem');
    case 'unknown':
      return trans.__('Unknown');
  }
}

/** The findings in the order in which they are shown: what is wrong, what could not be checked, what is in order. */
export function inOrder(findings: readonly Checked[]): readonly Checked[] {
  const order: readonly Verdict[] = ['bad', 'unknown', 'good'];
  return order.flatMap(verdict => findings.filter(one => one.verdict === verdict));
}

/**
 * What was found and what to do.
 *
 * @param finding - what the server found.
 * @param words - the translations and the formatter.
 * @returns one or two sentences.
 */
export function findingText({ code, values, text }: Checked, words: Words): string {
  const { trans, format } = words;
  const of = (name: string): string => {
    const value = values.get(name) ?? '';
    return typeof value === 'number' ? format.count(value) : value;
  };
  switch (code.split('-')[0]) {
    case 'python':
      return pythonText(code, of, trans) ?? text;
    case 'spec':
    case 'kernel':
    case 'gateway':
      return kernelText(code, of, trans) ?? text;
    case 'service':
      return serviceText(code, of, words) ?? text;
    default:
      return storageText(code, of, trans) ?? text;
  }
}

type Values = (name: string) => string;

function serviceText(code: string, of: Values, { trans, format }: Words): string | undefined {
  switch (code) {
    case 'service-none':
      return trans.__(
        'None is running; calls wait in the spool until a lab or `jupyter llm-meter run` starts.'
      );
    case 'service-silent':
      return trans.__('It does not answer (%1). Restart that server.', of('error'));
    case 'service-problem': {
      const problem = { code: of('problem'), message: of('message') };
      return trans.__('%1 [%2]', titled(problem, trans), problem.code);
    }
    case 'service-answers':
      return trans.__('It answers; running since %1.', format.moment(of('since')));
    default:
      return undefined;
  }
}

/** The service's own sentence about a problem, after the problem's title. */
function titled(problem: { code: string; message: string }, trans: Translate): string {
  const title = problemTitle(problem, trans);
  return title === undefined ? problem.message : trans.__('%1: %2', title, problem.message);
}

function storageText(code: string, of: Values, trans: Translate): string | undefined {
  switch (code) {
    case 'ledger-none':
      return trans.__('Created at the first call.');
    case 'ledger-reachable':
      return trans.__('Reachable; its id is %1.', of('id'));
    case 'folder-none':
      return trans.__('Created when the first lab starts.');
    case 'folder-read-only':
      return trans.__('It is not writable, so calls cannot be saved there.');
    case 'folder-open':
      return trans.__('Others may read %1; run chmod -R go= %2.', of('paths'), of('folder'));
    case 'folder-private':
      return trans.__('Only you can read it.');
    case 'spool-rejected':
      return trans.__('%1 files hold unreadable lines.', of('files'));
    case 'spool-left':
      return trans.__(
        '%1 files, %2 bytes, %3 of processes that have ended, and the running service does not import them.',
        of('files'),
        of('bytes'),
        of('ended')
      );
    case 'spool-waiting':
      return trans.__(
        '%1 files, %2 bytes, %3 of processes that have ended.',
        of('files'),
        of('bytes'),
        of('ended')
      );
    case 'spool-empty':
      return trans.__('Nothing is waiting.');
    case 'limits-in-force':
      return trans.__('In force.');
    default:
      // What a ledger or a setting is wrong about, only the server can say.
      return undefined;
  }
}

function kernelText(code: string, of: Values, trans: Translate): string | undefined {
  switch (code) {
    case 'kernel-language':
      return trans.__(
        'Not metered: its language has no tap, so only usage that its cells print is counted.'
      );
    case 'kernel-no-tap':
      return trans.__(
        'Not metered: the tap is not active in it; check its kernelspec, or restart it.'
      );
    case 'kernel-unmetered':
      return trans.__('Not metered: %1.', of('reason'));
    case 'kernel-metered':
      return trans.__('Metered.');
    case 'gateway':
      return trans.__(
        'Kernels run behind it. Install the tap in their environments; check running kernels.'
      );
    case 'spec-unreadable':
      return trans.__('Jupyter cannot load it: %1', of('error'));
    case 'spec-language':
      return trans.__(
        '%1 has no tap, so only usage that its cells print is counted.',
        of('language')
      );
    case 'spec-elsewhere':
      return trans.__('Started elsewhere, by %1; check a running kernel.', of('provisioner'));
    case 'spec-launcher':
      return trans.__('Started through %1; check one of its running kernels.', of('program'));
    default:
      return undefined;
  }
}

function pythonText(code: string, of: Values, trans: Translate): string | undefined {
  const version = of('version');
  const install = `jupyter llm-meter tap install --python ${of('python')}`;
  switch (code) {
    case 'python-broken':
      return trans.__('It cannot start: %1.', of('error'));
    case 'python-metered':
      return trans.__('Python %1: metered.', version);
    case 'python-libraries':
      return trans.__('Python %1: %2.', version, of('libraries'));
    case 'python-too-old':
      return trans.__(
        'Python %1: too old for the tap, which needs %2 or newer.',
        version,
        of('oldest')
      );
    case 'python-disabled':
      return trans.__(
        'Python %1: turned off by LLM_METER_DISABLE; remove it from the kernelspec or the environment.',
        version
      );
    case 'python-no-folder':
      return trans.__('Python %1: its kernelspec empties LLM_METER_DIR; remove that.', version);
    case 'python-without-site':
      return trans.__(
        'Python %1: started with -S, which skips the start-up files that load the tap; remove the option.',
        version
      );
    case 'python-isolated':
      return trans.__(
        "Python %1: started with %2, which ignores the lab's PYTHONPATH; remove the option, or run `%3`.",
        version,
        of('option'),
        install
      );
    case 'python-own-path':
      return trans.__(
        "Python %1: its kernelspec replaces the lab's PYTHONPATH; append ${PYTHONPATH}, or run `%2`.",
        version,
        install
      );
    case 'python-no-tap':
      return trans.__('Python %1: the tap does not start there; run `%2`.', version, install);
    default:
      return undefined;
  }
}

/**
 * What the taps found out about requests that they did not know.
 *
 * @param diagnosis - what the server found.
 * @param words - the translations and the formatter.
 * @returns a sentence or two for each.
 */
export function requestTexts(diagnosis: Diagnosis, words: Words): readonly string[] {
  const { trans, format } = words;
  const { unrecognised, recognisedByAnswer, unknownUsageMembers } = diagnosis;
  return [
    unrecognised === undefined
      ? trans.__('No request looked like an LLM call without being counted.')
      : trans.__(
          'Last request that looked like an LLM call and was not counted: %1 at %2',
          unrecognised.host + unrecognised.path,
          format.moment(unrecognised.at)
        ),
    recognisedByAnswer &&
      trans.__(
        'Last unknown path that was counted because its answer had usage: %1, read as %2, at %3. A hard limit cannot refuse the first call to such a path.',
        recognisedByAnswer.host + recognisedByAnswer.path,
        recognisedByAnswer.api,
        format.moment(recognisedByAnswer.at)
      ),
    unknownUsageMembers &&
      trans.__(
        'Last usage object with members that are not read: %1 of %2 (%3), at %4. The cost of such calls may be too low.',
        unknownUsageMembers.members,
        unknownUsageMembers.provider,
        unknownUsageMembers.api,
        format.moment(unknownUsageMembers.at)
      )
  ].filter(text => text !== undefined);
}

/** What the meter never sees: the sentence of a code, or the server's own text where this page does not know it. */
export function notSeenText(
  { code, text }: Diagnosis['notSeen'][number],
  trans: Translate
): string {
  switch (code) {
    case 'realtime':
      return trans.__('calls over WebSockets (realtime APIs) and gRPC');
    case 'not-python':
      return trans.__(
        'programs that are not Python, such as Node, curl or what an agent SDK starts (usage that a shell command in a cell prints is read)'
      );
    case 'outside':
      return trans.__('Python started outside the lab without `jupyter llm-meter run`');
    case 'options':
      return trans.__(
        'Python started with -S, and where no tap is installed Python started with -I or -E, or with a PYTHONPATH or sitecustomize of its own, as by `env -i` or `opentelemetry-instrument`'
      );
    default:
      return text;
  }
}

/**
 * Writes the diagnosis as plain text, for pasting into a report.
 *
 * @param diagnosis - what the server found.
 * @param words - the translations and the formatter.
 * @returns a line for each finding.
 */
export function diagnosisReport(diagnosis: Diagnosis, words: Words): string {
  const { trans } = words;
  return [
    ...inOrder(diagnosis.findings).map(
      one =>
        `${areaText(one.area, trans)} ${one.subject}: ${verdictText(one.verdict, trans)}. ${findingText(one, words)}`
    ),
    ...requestTexts(diagnosis, words)
  ].join('\n');
}
