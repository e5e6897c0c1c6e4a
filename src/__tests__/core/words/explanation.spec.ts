import vectors from '../../../../tests/vectors/explanations.json';
import type { Explanation } from '../../../core/record/explanation';
import { readExplanation } from '../../../core/record/explanation';
import { Shape } from '../../../core/record/shape';
import type * as WireTypes from '../../../core/record/wire';
import { explanationSentence, explanationText } from '../../../core/words/explanation';
import { words } from '../../samples';

/** What the page says of these in its own way: a moment in the reader's zone, a problem with its title. */
const OWN_WAY: Readonly<Record<string, string>> = {
  'service-answers': 'It answers; running since Nov 23, 8:00 PM UTC.',
  'service-problem':
    "The ledger can't be reached: the ledger /home/alice/x cannot be used now: no room. Calls wait in the spool and are counted when it is back. [ledger-unavailable]"
};

function explanation(value: unknown): Explanation {
  return readExplanation(new Shape<WireTypes.Explanation>(value, 'explanation'));
}

/** An explanation whose own text, and that of all that it names, is in no catalogue. */
function fromServer(value: object): Explanation {
  const text = JSON.stringify(value).replace(
    /"text":"(?:[^"\\]|\\.)*"/g,
    '"text":"From the server."'
  );
  return explanation(JSON.parse(text));
}

describe('explanationText', () => {
  it.each(vectors)('should say of $code what the server says', vector => {
    const said = explanationText(fromServer(vector), words).replace(/\s/g, ' ');
    expect(said).toBe(OWN_WAY[vector.code] ?? vector.text);
  });

  it('should keep the text of a later server, also within another text', () => {
    const error = { code: 'new', values: {}, text: 'something new' };
    expect(explanationText(explanation(error), words)).toBe('something new');
    const values = { error };
    expect(explanationText(explanation({ code: 'ledger-away', values, text: '' }), words)).toBe(
      'something new. Calls wait in the spool and are counted when it is back.'
    );
  });

  it('should leave a value out that is not given', () => {
    expect(explanationText({ code: 'delivery-status', values: new Map(), text: '' }, words)).toBe(
      'HTTP status '
    );
  });

  it('should leave an unknown problem of the service without a title', () => {
    const values = { message: 'Something is odd.', problem: 'odd' };
    const found = explanation({ code: 'service-problem', values, text: '' });
    expect(explanationText(found, words)).toBe('Something is odd. [odd]');
  });
});

describe('explanationSentence', () => {
  it('should begin with a capital letter', () => {
    const silent = explanation({ code: 'ledger-silent', values: {}, text: '' });
    expect(explanationSentence(silent, words)).toBe('The ledger does not answer');
  });
});
