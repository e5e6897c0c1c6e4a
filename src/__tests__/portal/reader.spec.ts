import {
  choiceOf,
  choicesOf,
  dimensionsOf,
  keyOf,
  parseReader,
  seesCallsOf,
  whoseQuery
} from '../../portal/reader';
import type { Reader } from '../../portal/reader';
import { documentWith, wireLimit, wireStanding } from '../samples';

const USER: Reader = { user: 'ann', teams: ['physics'], leads: [], isAdmin: false };
const LEAD: Reader = {
  user: 'ben',
  teams: ['physics'],
  leads: ['physics', 'optics'],
  isAdmin: false
};
const ADMIN: Reader = { user: 'boss', teams: [], leads: [], isAdmin: true };

describe('choicesOf', () => {
  it('should offer a user their own usage, a lead their teams, and an administrator all', () => {
    const keys = (reader: Reader): string[] => choicesOf(reader).map(keyOf);
    expect(keys(USER)).toEqual(['own']);
    expect(keys(LEAD)).toEqual(['team physics', 'team optics', 'own']);
    expect(keys(ADMIN)).toEqual(['all', 'own']);
  });

  it('should not return to a choice that the reader no longer has', () => {
    expect(choiceOf(LEAD, 'team optics')).toEqual({ kind: 'team', team: 'optics' });
    expect(choiceOf(LEAD, 'all')).toEqual({ kind: 'team', team: 'physics' });
    expect(choiceOf(USER, { kind: 'all' })).toEqual({ kind: 'own' });
  });
});

describe('a choice', () => {
  it('should select the calls that are meant', () => {
    expect(whoseQuery({ kind: 'own' }, ADMIN)).toEqual({ user: 'boss' });
    expect(whoseQuery({ kind: 'team', team: 'physics' }, LEAD)).toEqual({ team: 'physics' });
    expect(whoseQuery({ kind: 'all' }, ADMIN)).toEqual({});
  });

  it('should not group calls by what is the same for all of them', () => {
    expect(dimensionsOf({ kind: 'own' })).not.toContain('user');
    expect(dimensionsOf({ kind: 'team', team: 'physics' })).not.toContain('team');
    expect(dimensionsOf({ kind: 'all' })).toEqual(expect.arrayContaining(['user', 'team', 'key']));
  });
});

describe('seesCallsOf', () => {
  it('should be true only where the reader sees all calls that a limit counts', () => {
    const sees = (scope: string, subject: string, reader: Reader): boolean => {
      const [standing] = documentWith({
        standings: [wireStanding({ limit: wireLimit({ scope }), subject })]
      }).standings;
      return seesCallsOf(standing, reader);
    };
    expect(sees('user', 'ann', USER)).toBe(true);
    expect(sees('team', 'physics', USER)).toBe(false);
    expect(sees('team', 'physics', LEAD)).toBe(true);
    expect(sees('team', 'history', LEAD)).toBe(false);
    expect(sees('user', 'ann', LEAD)).toBe(false);
    expect(sees('model', 'gpt-4o', ADMIN)).toBe(true);
  });
});

describe('parseReader', () => {
  it('should read what the service says of a user', () => {
    const wire = { user: 'ben', teams: ['physics'], leads: ['physics'], is_admin: false };
    expect(parseReader(wire)).toEqual({
      user: 'ben',
      teams: ['physics'],
      leads: ['physics'],
      isAdmin: false
    });
    expect(() => parseReader({ teams: [], leads: [] })).toThrow('user');
  });
});
