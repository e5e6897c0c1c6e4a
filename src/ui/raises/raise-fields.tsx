/**
 * The fields of the form that raises a limit, each with its label and the message about a wrong value.
 */

import '../../../style/fields.css';

import type { Translate } from '../../core/words/translate';
import * as React from 'react';

import type { Draft, Expiry } from '../../core/limits/raise-draft';
import { expiriesOf, expiryTime, raisedAmount } from '../../core/limits/raise-draft';
import type { Standing } from '../../core/record/standing';
import { amountText } from '../../core/words/wording';
import type { Words } from '../../core/words/words';

interface FieldProps {
  readonly draft: Draft;
  readonly words: Words;
  readonly change: (part: Partial<Draft>) => void;
}

interface AmountFieldProps extends FieldProps {
  readonly standing: Standing;
  readonly flaw?: string;
}

/** The field for the amount. */
export function AmountField({
  standing,
  draft,
  flaw,
  words,
  change
}: AmountFieldProps): React.ReactElement {
  const { trans } = words;
  const id = React.useId();
  const { unit } = standing.limit;
  const raised = raisedAmount(standing, draft);
  const before = amountText(standing.amount, unit, words);
  const after = raised && amountText(raised, unit, words);
  return (
    <Field id={id} label={amountLabel(unit, trans)} flaw={flaw}>
      <input
        id={id}
        name="amount"
        className="jp-mod-styled"
        inputMode="decimal"
        autoComplete="off"
        autoFocus
        value={draft.amount}
        aria-required
        aria-invalid={flaw !== undefined}
        aria-describedby={`${id}-note`}
        onChange={event => change({ amount: event.target.value })}
        onFocus={event => event.target.select()}
      />
      {before !== undefined && after !== undefined && (
        <span className="jp-LLMMeter-Field-hint">{trans.__('From %1 to %2', before, after)}</span>
      )}
    </Field>
  );
}

function amountLabel(unit: Standing['limit']['unit'], trans: Translate): string {
  switch (unit) {
    case 'tokens':
      return trans.__('Tokens to add');
    case 'USD':
      return trans.__('US dollars to add');
    case 'calls':
      return trans.__('Calls to add');
  }
}

/** The field for the reason. */
export function ReasonField({
  draft,
  flaw,
  words: { trans },
  change
}: FieldProps & { readonly flaw?: string }): React.ReactElement {
  const id = React.useId();
  return (
    <Field id={id} label={trans.__('Reason')} flaw={flaw}>
      <textarea
        id={id}
        name="reason"
        className="jp-mod-styled"
        rows={2}
        value={draft.reason}
        placeholder={trans.__('Saved with your name in the raise history')}
        aria-required
        aria-invalid={flaw !== undefined}
        aria-describedby={`${id}-note`}
        onChange={event => change({ reason: event.target.value })}
      />
    </Field>
  );
}

interface ExpiryFieldProps extends FieldProps {
  readonly standing: Standing;
  readonly clock: () => number;
}

/** The choice of when the raise expires. */
export function ExpiryField({
  standing,
  draft,
  words,
  clock,
  change
}: ExpiryFieldProps): React.ReactElement {
  const id = React.useId();
  return (
    <Field id={id} label={words.trans.__('Until')}>
      <select
        id={id}
        name="expiry"
        className="jp-mod-styled"
        value={draft.expiry}
        onChange={event => change({ expiry: event.target.value as Expiry })}
      >
        {expiriesOf(standing).map(expiry => (
          <option key={expiry} value={expiry}>
            {expiryText(expiry, standing, clock(), words)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function expiryText(
  expiry: Expiry,
  { resetsAt, limit }: Standing,
  now: number,
  { trans, format }: Words
): string {
  const end = expiryTime(expiry, now);
  switch (expiry) {
    case 'window':
      return trans.__(
        'When the limit resets (%1)',
        resetsAt === undefined ? '' : format.moment(resetsAt, limit.timeZone)
      );
    case 'hour':
      return trans.__('In one hour (%1)', end === undefined ? '' : format.moment(end));
    case 'today':
      return trans.__('End of today (%1)', end === undefined ? '' : format.moment(end));
  }
}

interface FieldFrameProps {
  readonly id: string;
  readonly label: string;
  readonly flaw?: string;
  readonly children: React.ReactNode;
}

/** A label, its field, and the message about a wrong value. */
function Field({ id, label, flaw, children }: FieldFrameProps): React.ReactElement {
  return (
    <div className="jp-LLMMeter-Field">
      <label htmlFor={id}>{label}</label>
      {children}
      <span id={`${id}-note`} className="jp-LLMMeter-Field-flaw" role="alert">
        {flaw}
      </span>
    </div>
  );
}
