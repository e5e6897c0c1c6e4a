/**
 * The form that raises a limit. Loaded on first use.
 *
 * A wrong value is explained at its field, a refusal above the buttons; what was entered stays.
 */

import * as React from 'react';

import { failureOf } from '../../core/record/failure';
import { explanationText } from '../../core/words/explanation';
import type { Raise, RaiseRequest } from '../../core/limits/raise';
import type { Draft } from '../../core/limits/raise-draft';
import { firstDraft, flawsOf, requestOf } from '../../core/limits/raise-draft';
import type { Standing } from '../../core/record/standing';
import { limitTitle } from '../../core/words/limit-name';
import { usedOfLimit } from '../../core/words/wording';
import { AmountField, ExpiryField, ReasonField } from './raise-fields';
import type { Words } from '../../core/words/words';

interface RaiseFormProps {
  /** Where the limit stands. */
  readonly standing: Standing;
  /** What a refused call needed. */
  readonly needed?: string;
  readonly words: Words;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Raises the limit; rejects if the raise is not granted. */
  readonly ask: (request: RaiseRequest) => Promise<Raise>;
  readonly onRaised: (raise: Raise) => void;
  readonly onBack: () => void;
}

/** Asks how much to add, why, and until when. */
export function RaiseForm(props: RaiseFormProps): React.ReactElement {
  const { standing, words, onBack } = props;
  const { trans, format } = words;
  const [draft, setDraft] = React.useState<Draft>(() => suggestedDraft(props));
  const { flaws, problem, isAsking, submit } = useSubmit(props, draft);
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  return (
    <form className="jp-LLMMeter-RaiseForm" noValidate onSubmit={submit}>
      <p className="jp-LLMMeter-RaiseForm-limit">
        {trans.__(
          '%1: %2',
          limitTitle(standing.limit, standing.subject, trans),
          usedOfLimit(standing, words) ?? format.percent(standing.ratio)
        )}
      </p>
      <AmountField
        standing={standing}
        draft={draft}
        flaw={flaws.amount}
        words={words}
        change={change}
      />
      <ReasonField draft={draft} flaw={flaws.reason} words={words} change={change} />
      <ExpiryField
        standing={standing}
        draft={draft}
        words={words}
        clock={props.clock}
        change={change}
      />
      {problem !== undefined && (
        <p className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
          {problem}
        </p>
      )}
      <div className="jp-LLMMeter-RaiseForm-buttons">
        <button type="button" className="jp-mod-styled jp-mod-reject" onClick={onBack}>
          {trans.__('Back')}
        </button>
        <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={isAsking}>
          {isAsking ? trans.__('Raising…') : trans.__('Raise the limit')}
        </button>
      </div>
    </form>
  );
}

/** The draft with which the form opens; where the user hides money, without the suggested amount of it. */
function suggestedDraft({ standing, needed, words }: RaiseFormProps): Draft {
  const draft = firstDraft(standing, needed);
  const isHidden = standing.limit.unit === 'USD' && !words.format.isMoneyShown;
  return isHidden ? { ...draft, amount: '' } : draft;
}

interface Submission {
  readonly flaws: ReturnType<typeof flawsOf>;
  readonly problem?: string;
  readonly isAsking: boolean;
  readonly submit: (event: React.FormEvent<HTMLFormElement>) => void;
}

function useSubmit(
  { standing, words, clock, ask, onRaised }: RaiseFormProps,
  draft: Draft
): Submission {
  const { trans } = words;
  const [isTried, setTried] = React.useState(false);
  const [isAsking, setAsking] = React.useState(false);
  const [problem, setProblem] = React.useState<string>();
  const flaws = flawsOf(draft, standing.limit.unit, trans);
  const send = async (request: RaiseRequest): Promise<void> => {
    setAsking(true);
    setProblem(undefined);
    try {
      onRaised(await ask(request));
    } catch (error) {
      setAsking(false);
      setProblem(errorText(error, words));
    }
  };
  return {
    flaws: isTried ? flaws : {},
    problem,
    isAsking,
    submit: event => {
      event.preventDefault();
      setTried(true);
      const request = requestOf(standing, draft, clock());
      const [first] = Object.keys(flaws);
      if (first !== undefined || request === undefined) {
        event.currentTarget.querySelector<HTMLElement>(`[name=${first}]`)?.focus();
      } else {
        void send(request);
      }
    }
  };
}

/** Says what went wrong and what to do. */
function errorText(error: unknown, words: Words): string {
  const { trans } = words;
  const { kind, status, message, explanation } = failureOf(error);
  const reason = explanation === undefined ? message : explanationText(explanation, words);
  switch (kind) {
    case 'away':
      return trans.__(
        "Couldn't reach the Jupyter server, so the limit wasn't raised. Try again when the server is available."
      );
    case 'absent':
      return trans.__(
        "This version of the LLM Meter server extension can't raise limits. Update it, or change the limit in the settings."
      );
    default:
      return status === 403
        ? trans.__(
            "You don't have permission to raise this limit. Ask an administrator. (%1)",
            reason
          )
        : trans.__("The limit wasn't raised: %1", reason);
  }
}
