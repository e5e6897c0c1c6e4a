/**
 * The form of the tables of texts.
 */

import type { Translate } from '../translate';

/** The text of the value of a name; empty where there is none. */
export type Values = (name: string) => string;

/** Says what a code means, in the user's language. */
export type Text = (of: Values, trans: Translate) => string;

/** Texts by code. */
export type Texts = Readonly<Record<string, Text>>;
