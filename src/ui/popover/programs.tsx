/**
 * The running programs whose calls are not metered; found when the popover opens.
 */

import * as React from 'react';

import type { UnmeteredProgram } from '../../core/record/programs';
import type { Words } from '../../core/words/words';
import { useAnswer } from '../answer';
import { Trouble } from '../trouble';
import { Name } from './name';

interface ProgramListProps {
  readonly listPrograms: () => Promise<readonly UnmeteredProgram[]>;
  /** Changes when the ledger has new calls. */
  readonly revision: number;
  readonly words: Words;
}

/** Shows a line for each program; nothing where there is none. */
export function ProgramList({
  listPrograms,
  revision,
  words
}: ProgramListProps): React.ReactElement {
  const { trans } = words;
  const answer = useAnswer(listPrograms, 'programs', revision);
  const programs = answer.value ?? [];
  return (
    <>
      <Trouble answer={answer} words={words} />
      {programs.length > 0 && (
        <section>
          <h3>{trans.__('Programs that are not metered')}</h3>
          <ul className="jp-LLMMeter-Unmetered">
            {programs.map(({ name, startedIn }) => (
              <li key={`${name} ${startedIn ?? ''}`}>
                <strong>
                  <Name name={name} />
                </strong>{' '}
                {startedIn === undefined ? (
                  trans.__('started in a terminal or by the server')
                ) : (
                  <Name name={trans.__('started in %1', startedIn)} />
                )}
              </li>
            ))}
          </ul>
          <p>
            {trans.__(
              'They are not Python and are connected to the network. If they call an LLM, the figures here lack it, and limits do not stop it.'
            )}
          </p>
        </section>
      )}
    </>
  );
}
