import vectors from '../../../../tests/vectors/findings.json';
import type { Checked, Diagnosis } from '../../../core/record/diagnosis';
import { parseDiagnosis } from '../../../core/record/diagnosis';
import {
  areaText,
  diagnosisReport,
  inOrder,
  notSeenText,
  requestTexts,
  verdictText
} from '../../../core/words/finding';
import type { Wire } from '../../samples';
import { trans, words } from '../../samples';

function wireFinding(changes: Wire = {}): Wire {
  return {
    area: 'ledger',
    subject: '/home/alice/ledger.sqlite3',
    verdict: 'good',
    code: 'ledger-none',
    values: {},
    text: 'From the server.',
    ...changes
  };
}

function diagnosis(changes: Wire = {}): Diagnosis {
  return parseDiagnosis({
    ok: true,
    findings: [wireFinding()],
    not_seen: vectors.not_seen,
    ...changes
  });
}

function checked(changes: Wire = {}): Checked {
  return diagnosis({ findings: [wireFinding(changes)] }).findings[0];
}

describe('areaText and verdictText', () => {
  it('should name each area and each verdict differently', () => {
    const areas = [
      'service', 'ledger', 'folder', 'spool', 'limits', 'gateway', 'kernelspec', 'python', 'kernel',
      'program'
    ] as const; // prettier-ignore
    expect(new Set(areas.map(area => areaText(area, trans))).size).toBe(areas.length);
    const verdicts = ['good', 'bad', 'unknown'] as const;
    expect(new Set(verdicts.map(verdict => verdictText(verdict, trans))).size).toBe(3);
  });
});

describe('inOrder', () => {
  it('should show what is wrong first, and keep the order of the rest', () => {
    const findings = ['good', 'unknown', 'bad', 'good'].map((verdict, index) =>
      checked({ verdict, subject: String(index) })
    );
    expect(inOrder(findings).map(({ subject }) => subject)).toEqual(['2', '1', '0', '3']);
  });
});

describe('requestTexts', () => {
  it('should say that no request was missed', () => {
    expect(requestTexts(diagnosis(), words)).toEqual([
      'No request looked like an LLM call without being counted.'
    ]);
  });

  it('should name the requests and members that no format knows', () => {
    const at = '2026-11-24T00:00:00+00:00';
    const texts = requestTexts(
      diagnosis({
        unrecognised: { host: 'llm.example.org', path: '/v9/think', at },
        recognised_by_answer: { host: 'llm.example.org', path: '/v8', api: 'openai.chat', at },
        unknown_usage_members: { provider: 'openai', api: 'openai.chat', members: 'a, b', at }
      }),
      words
    );
    expect(texts).toEqual([
      expect.stringContaining('llm.example.org/v9/think at Nov 24'),
      expect.stringContaining('llm.example.org/v8, read as openai.chat'),
      expect.stringContaining('a, b of openai (openai.chat)')
    ]);
  });
});

describe('notSeenText', () => {
  it.each(vectors.not_seen)('should say $code as the command does', one => {
    expect(notSeenText(one, trans)).toBe(one.text);
    expect(notSeenText({ code: one.code, text: 'Another text.' }, trans)).toBe(one.text);
  });

  it('should keep the text of a later server', () => {
    expect(notSeenText({ code: 'new', text: 'Something new.' }, trans)).toBe('Something new.');
  });
});

describe('diagnosisReport', () => {
  it('should have a line for each finding, and the requests', () => {
    expect(diagnosisReport(diagnosis(), words)).toBe(
      'Ledger /home/alice/ledger.sqlite3: In order. Created at the first call.\n' +
        'No request looked like an LLM call without being counted.'
    );
  });
});

describe('parseDiagnosis', () => {
  it('should name the place of what breaks the contract', () => {
    const values = { files: true };
    expect(() => checked({ values })).toThrow('answer.findings[0].values.files is not a text');
  });
});
