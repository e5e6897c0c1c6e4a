/**
 * The limits in the Settings Editor: a card for each limit, in place of the form that JupyterLab makes from the schema.
 *
 * Loaded when the settings are opened. A wrong value is explained at its field, and is not saved.
 */

import '../../../style/limits-form.css';

import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { Translate } from '../../core/words/translate';
import * as React from 'react';

import type { LimitDraft } from '../../core/limits/limit-draft';
import {
  draftOf,
  isRepeated,
  limitFlaws,
  newDraft,
  settingOf
} from '../../core/limits/limit-draft';
import type { LimitSchema } from './limit-card';
import { LimitCard } from './limit-card';
import type { Words } from '../../core/words/words';

interface LimitsFieldProps {
  /** The form's id for the field, from which those of its inputs are made. */
  readonly id: string;
  readonly title: string;
  /** What the settings hold. */
  readonly settings: readonly ReadonlyPartialJSONValue[];
  /** Titles and choices in the user's language. */
  readonly schema: LimitSchema;
  readonly words: Words;
  readonly onChange: (settings: readonly Record<string, unknown>[]) => void;
}

/** Shows a card for each limit. */
export function LimitsField(props: LimitsFieldProps): React.ReactElement {
  const { id, title, schema, words } = props;
  const { trans } = words;
  const { drafts, edit, commit } = useDrafts(props);
  const replaced = (index: number, draft: LimitDraft): readonly LimitDraft[] =>
    drafts.map((other, at) => (at === index ? draft : other));
  return (
    <div className="jp-LLMMeter-LimitsField">
      <h3 className="jp-FormGroup-fieldLabel">{title}</h3>
      {drafts.map((draft, index) => (
        <LimitCard
          key={index}
          id={`${id}_${index}`}
          draft={draft}
          flaws={limitFlaws(draft, trans)}
          isRepeated={isRepeated(drafts, index)}
          schema={schema}
          words={words}
          onEdit={draft => edit(replaced(index, draft))}
          onCommit={draft => commit(replaced(index, draft))}
          onRemove={() => commit(drafts.filter((_, at) => at !== index))}
        />
      ))}
      <button
        type="button"
        className="jp-mod-styled jp-mod-accept"
        onClick={() => commit([...drafts, newDraft(drafts)])}
      >
        {trans.__('Add limit')}
      </button>
    </div>
  );
}

interface Drafts {
  readonly drafts: readonly LimitDraft[];
  /** Shows the drafts without saving them. */
  readonly edit: (drafts: readonly LimitDraft[]) => void;
  /** Shows the drafts, and saves them when nothing is wrong. */
  readonly commit: (drafts: readonly LimitDraft[]) => void;
}

function useDrafts({ settings, words, onChange }: LimitsFieldProps): Drafts {
  const [drafts, setDrafts] = React.useState<readonly LimitDraft[]>(() => settings.map(draftOf));
  const known = React.useRef(settings);
  React.useEffect(() => {
    // Something else changed them: another tab, or "Restore to Defaults".
    if (!JSONExt.deepEqual(known.current, settings)) {
      known.current = settings;
      setDrafts(settings.map(draftOf));
    }
  }, [settings]);
  return {
    drafts,
    edit: setDrafts,
    commit: drafts => {
      setDrafts(drafts);
      if (isRight(drafts, words.trans)) {
        const next = drafts.map(settingOf);
        known.current = next as readonly ReadonlyPartialJSONValue[];
        onChange(next);
      }
    }
  };
}

function isRight(drafts: readonly LimitDraft[], trans: Translate): boolean {
  return drafts.every(
    (draft, index) =>
      Object.keys(limitFlaws(draft, trans)).length === 0 && !isRepeated(drafts, index)
  );
}
