/**
 * The portal: the lab's dashboard for the use of a user, a team or a hub, with their limits and alerts.
 */

import * as React from 'react';

import { inSentence } from '../core/dashboard/labels';
import type { Words } from '../core/words/words';
import { useAnswer } from '../ui/answer';
import { Dashboard } from '../ui/dashboard/dashboard';
import { Loading, Trouble } from '../ui/trouble';
import { Alerts } from './alerts';
import { PortalBar } from './bar';
import type { Send } from './client';
import { HubClient, HubSource } from './client';
import type { Language } from './language';
import { languageFor, loadWords } from './language';
import type { Store } from './memory';
import { recall, remember, viewFor } from './memory';
import type { Reader, Whose } from './reader';
import { choiceOf, choicesOf, dimensionsOf, keyOf } from './reader';

/** The page around the portal, and the browser's part. */
interface PortalProps {
  /** The path of the hub's own page. */
  readonly home: string;
  /** The page's token against forged requests. */
  readonly xsrf: string;
  readonly send: Send;
  readonly store: Store;
  /** The browser's languages, best first. */
  readonly preferred: readonly string[];
}

/** Shows the portal in the reader's language. */
export function Portal(props: PortalProps): React.ReactElement | null {
  const { store, preferred } = props;
  const [language, setLanguage] = React.useState(() =>
    languageFor(recall(store).language, preferred)
  );
  const loaded = useAnswer(
    async () => ({ language, words: await loadWords(language, preferred) }),
    language,
    0
  );
  const spoken = loaded.value;
  React.useEffect(() => {
    document.documentElement.lang = spoken?.language ?? 'en';
  }, [spoken]);
  if (loaded.failure !== undefined) {
    return <p role="alert">{loaded.failure.message}</p>;
  }
  return spoken === undefined ? null : (
    <Page
      {...props}
      {...spoken}
      onLanguage={chosen => {
        setLanguage(chosen);
        remember(store, { language: chosen });
      }}
    />
  );
}

interface PageProps extends PortalProps {
  readonly words: Words;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

function Page(props: PageProps): React.ReactElement {
  const { words, language, onLanguage, home, send, xsrf } = props;
  const client = React.useMemo(() => new HubClient(send, xsrf, words.trans), [words]);
  const [attempt, setAttempt] = React.useState(0);
  const reader = useAnswer(() => client.getReader(), 'reader', attempt);
  return (
    <>
      <PortalBar
        {...{ language, onLanguage, home }}
        trans={words.trans}
        user={reader.value?.user}
      />
      <main className="jp-LLMMeter-Dashboard">
        <Trouble answer={reader} words={words} onRetry={() => setAttempt(attempt + 1)} />
        <Loading answer={reader} words={words} />
        {reader.value && <Overview {...props} client={client} reader={reader.value} />}
      </main>
    </>
  );
}

interface OverviewProps extends PageProps {
  readonly client: HubClient;
  readonly reader: Reader;
}

function Overview({ words, store, client, reader }: OverviewProps): React.ReactElement {
  const [whose, setWhose] = React.useState(() => choiceOf(reader, recall(store).whose));
  const [revision, setRevision] = React.useState(0);
  const source = React.useMemo(() => new HubSource(client, whose, reader), [client, whose, reader]);
  const standings = useAnswer(() => source.getStandings(), keyOf(whose), revision);
  const dimensions = dimensionsOf(whose);
  const document = standings.isStale ? undefined : standings.value;
  const refresh = (): void => setRevision(revision + 1);
  return (
    <>
      <WhoseHead
        {...{ words, reader, whose }}
        onWhose={chosen => {
          setWhose(chosen);
          remember(store, { whose: keyOf(chosen) });
        }}
      />
      <Trouble answer={standings} words={words} onRetry={refresh} />
      <Dashboard
        key={keyOf(whose)}
        snapshot={{ connection: 'live', document }}
        saved={viewFor(recall(store).view, dimensions)}
        onView={view => remember(store, { view })}
        onRefresh={refresh}
        isByUser={whose.kind !== 'own'}
        {...{ source, words, revision, dimensions }}
      />
      {document && <Alerts document={document} words={words} />}
    </>
  );
}

interface WhoseHeadProps {
  readonly words: Words;
  readonly reader: Reader;
  readonly whose: Whose;
  readonly onWhose: (whose: Whose) => void;
}

/** Says whose use is shown, and lets those choose who may see more than their own. */
function WhoseHead({ words, reader, whose, onWhose }: WhoseHeadProps): React.ReactElement {
  const { trans } = words;
  const choices = choicesOf(reader);
  return (
    <div className="jp-LLMMeter-Portal-head">
      <h2>{whoseText(whose, words)}</h2>
      {choices.length > 1 && (
        <select
          aria-label={trans.__('Whose usage')}
          value={keyOf(whose)}
          onChange={({ target }) => onWhose(choiceOf(reader, target.value))}
        >
          {choices.map(choice => (
            <option key={keyOf(choice)} value={keyOf(choice)}>
              {choiceText(choice, words)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function choiceText(whose: Whose, { trans }: Words): string {
  switch (whose.kind) {
    case 'own':
      return trans.__('You');
    case 'team':
      return trans.__('Team %1', inSentence(whose.team));
    case 'all':
      return trans.__('All users');
  }
}

function whoseText(whose: Whose, { trans }: Words): string {
  switch (whose.kind) {
    case 'own':
      return trans.__('Your LLM usage');
    case 'team':
      return trans.__('LLM usage of team %1', inSentence(whose.team));
    case 'all':
      return trans.__('LLM usage of all users');
  }
}
