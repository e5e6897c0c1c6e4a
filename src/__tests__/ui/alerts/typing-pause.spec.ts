import { TypingPause } from '../../../ui/alerts/typing-pause';

let now: number;

/** Lets so many milliseconds pass, and what waits for them happen. */
async function pass(milliseconds: number): Promise<void> {
  now += milliseconds;
  await jest.advanceTimersByTimeAsync(milliseconds);
}

beforeEach(() => {
  now = 0;
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('TypingPause', () => {
  it('should not wait when no key is pressed', async () => {
    await expect(new TypingPause(new EventTarget(), () => now).reached()).resolves.toBeUndefined();
  });

  it('should wait until no key was pressed for two seconds', async () => {
    const page = new EventTarget();
    const typing = new TypingPause(page, () => now);
    page.dispatchEvent(new Event('keydown'));
    let isReached = false;
    void typing.reached().then(() => {
      isReached = true;
    });
    await pass(1_500);
    page.dispatchEvent(new Event('keydown'));
    await pass(1_500);
    expect(isReached).toBe(false);
    await pass(500);
    expect(isReached).toBe(true);
  });
});
