/**
 * One limit in the Settings Editor: a summary in a line, its fields, and the rarely used ones folded away.
 */

import '../../../style/fields.css';

import * as React from 'react';

import type { Audience, LimitDraft, LimitFlaws, Unpriced } from '../../core/limits/limit-draft';
import { AUDIENCES, UNPRICED } from '../../core/limits/limit-draft';
import { amountText } from '../../core/words/wording';
import type { Words } from '../../core/words/words';

/** A property of the limit's schema, as the form shows it. */
interface PropertySchema {
  readonly title?: string;
  readonly description?: string;
  readonly oneOf?: readonly { readonly const: string; readonly title: string }[];
}

/** The properties of a limit in `schema/meter.json`, by their names there. */
export type LimitSchema = Readonly<Record<string, PropertySchema>>;

interface LimitCardProps {
  readonly id: string;
  readonly draft: LimitDraft;
  readonly flaws: LimitFlaws;
  readonly isRepeated: boolean;
  readonly schema: LimitSchema;
  readonly words: Words;
  readonly onEdit: (draft: LimitDraft) => void;
  readonly onCommit: (draft: LimitDraft) => void;
  readonly onRemove: () => void;
}

/** Shows the fields of one limit. */
export function LimitCard(props: LimitCardProps): React.ReactElement {
  const { id, draft, isRepeated, words, onRemove } = props;
  const { trans } = words;
  const summary = summaryOf(props);
  return (
    <fieldset id={id} className="jp-LLMMeter-LimitCard">
      <legend>{summary}</legend>
      {isRepeated && (
        <p className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
          {trans.__(
            'This duplicates a limit above. Change its unit, window, or scope, or remove it.'
          )}
        </p>
      )}
      <div className="jp-LLMMeter-LimitCard-fields">
        <TextField {...props} field="amount" name="amount" inputMode="decimal" />
        <ChoiceField {...props} field="unit" name="unit" />
        <ChoiceField {...props} field="window" name="window" />
        <ChoiceField {...props} field="onExceed" name="on_exceed" />
        {draft.unit === 'USD' && <UnpricedFields {...props} />}
        <TextField {...props} field="warnAt" name="warn_at" unit={trans.__('%')} />
        <ChoiceField {...props} field="scope" name="scope" />
        <TextField
          {...props}
          field="value"
          name="value"
          placeholder={trans.__('Each one separately')}
        />
      </div>
      <details>
        <summary>{trans.__('Channels and calendar')}</summary>
        <div className="jp-LLMMeter-LimitCard-fields">
          <AudienceField {...props} />
          {draft.audience === 'named' && (
            <TextField {...props} field="channels" name="channels" label={trans.__('Channels')} />
          )}
          <TextField
            {...props}
            field="timeZone"
            name="time_zone"
            placeholder={trans.__('Server time zone')}
          />
          <ChoiceField {...props} field="weekStart" name="week_start" />
          <TextField {...props} field="resetHour" name="reset_hour" inputMode="numeric" />
        </div>
      </details>
      <button
        type="button"
        className="jp-LLMMeter-Button"
        aria-label={trans.__('Remove limit: %1', summary)}
        onClick={onRemove}
      >
        {trans.__('Remove')}
      </button>
    </fieldset>
  );
}

/** The limit in a line. */
function summaryOf({ draft, flaws, schema, words }: LimitCardProps): string {
  const { trans } = words;
  const { unit, window, scope, value, onExceed } = draft;
  // Money that the user hides is not shown, except in the field where it is edited.
  const amount =
    flaws.amount === undefined
      ? (amountText(draft.amount.trim(), unit, words) ?? trans.__('Cost'))
      : '?';
  const of = titleOf(schema.scope, scope);
  return [
    amount,
    titleOf(schema.window, window),
    value.trim() === '' ? of : trans.__('%1: %2', of, value.trim()),
    titleOf(schema.on_exceed, onExceed)
  ].join(' · ');
}

interface InputProps extends LimitCardProps {
  readonly field: keyof LimitDraft;
  /** Its name in the settings. */
  readonly name: string;
}

interface TextFieldProps extends InputProps {
  readonly label?: string;
  readonly placeholder?: string;
  readonly unit?: string;
  readonly inputMode?: 'decimal' | 'numeric';
}

/** A field that is saved when it loses the focus or Enter is pressed, so that no half-written figure is ever in force. */
function TextField(props: TextFieldProps): React.ReactElement {
  const { id, field, name, draft, flaws, unit, onEdit, onCommit } = props;
  const flaw = flaws[field];
  return (
    <Labelled {...props} flaw={flaw}>
      <span className="jp-LLMMeter-LimitCard-input">
        <input
          id={`${id}_${name}`}
          className="jp-mod-styled"
          inputMode={props.inputMode}
          placeholder={props.placeholder}
          value={draft[field]}
          aria-invalid={flaw !== undefined}
          aria-describedby={`${id}_${name}-note`}
          onChange={event => onEdit({ ...draft, [field]: event.target.value })}
          onBlur={() => onCommit(draft)}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              onCommit(draft);
            }
          }}
        />
        {unit}
      </span>
    </Labelled>
  );
}

function ChoiceField(props: InputProps): React.ReactElement {
  const { id, field, name, draft, schema, onCommit } = props;
  return (
    <Labelled {...props}>
      <select
        id={`${id}_${name}`}
        className="jp-mod-styled"
        value={draft[field]}
        aria-describedby={`${id}_${name}-note`}
        onChange={event => onCommit({ ...draft, [field]: event.target.value })}
      >
        {schema[name]?.oneOf?.map(({ const: word, title }) => (
          <option key={word} value={word}>
            {title}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** What becomes of models without a price, and the price ceiling if there is one. */
function UnpricedFields(props: LimitCardProps): React.ReactElement {
  const { trans } = props.words;
  return (
    <>
      <UnpricedField {...props} />
      {props.draft.unpriced === 'ceiling' && (
        <TextField
          {...props}
          field="ceiling"
          name="ceiling"
          label={trans.__('Price ceiling')}
          unit={trans.__('USD per million tokens')}
          inputMode="decimal"
        />
      )}
    </>
  );
}

function UnpricedField(props: LimitCardProps): React.ReactElement {
  const { id, draft, flaws, words, onCommit } = props;
  const { trans } = words;
  const texts: Readonly<Record<Unpriced, string>> = {
    allow: trans.__("Don't count their calls"),
    block: trans.__('Refuse their calls'),
    ceiling: trans.__('Count them at a price ceiling')
  };
  return (
    <Labelled {...props} name="unpriced" flaw={flaws.unpriced}>
      <select
        id={`${id}_unpriced`}
        className="jp-mod-styled"
        value={draft.unpriced}
        aria-describedby={`${id}_unpriced-note`}
        onChange={event => onCommit({ ...draft, unpriced: event.target.value as Unpriced })}
      >
        {UNPRICED.map(choice => (
          <option key={choice} value={choice}>
            {texts[choice]}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

function AudienceField(props: LimitCardProps): React.ReactElement {
  const { id, draft, words, onCommit } = props;
  const { trans } = words;
  const texts: Readonly<Record<Audience, string>> = {
    default: trans.__('All default channels'),
    none: trans.__('None'),
    named: trans.__('Only these channels')
  };
  return (
    <Labelled {...props} name="notify">
      <select
        id={`${id}_notify`}
        className="jp-mod-styled"
        value={draft.audience}
        aria-describedby={`${id}_notify-note`}
        onChange={event => onCommit({ ...draft, audience: event.target.value as Audience })}
      >
        {AUDIENCES.map(audience => (
          <option key={audience} value={audience}>
            {texts[audience]}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

interface LabelledProps {
  readonly id: string;
  readonly name: string;
  readonly schema: LimitSchema;
  readonly label?: string;
  readonly flaw?: string;
  readonly children: React.ReactNode;
}

/** A field under its title, with its description or what is wrong with it. */
function Labelled({ id, name, schema, label, flaw, children }: LabelledProps): React.ReactElement {
  const property = schema[name] as PropertySchema | undefined;
  const description = property?.description;
  return (
    <div className="jp-LLMMeter-Field" title={description}>
      <label htmlFor={`${id}_${name}`}>{label ?? property?.title ?? name}</label>
      {children}
      {flaw === undefined ? (
        <span id={`${id}_${name}-note`} hidden>
          {description}
        </span>
      ) : (
        <span id={`${id}_${name}-note`} className="jp-LLMMeter-Field-flaw" role="alert">
          {flaw}
        </span>
      )}
    </div>
  );
}

function titleOf(property: PropertySchema | undefined, word: string): string {
  return property?.oneOf?.find(choice => choice.const === word)?.title ?? word;
}
