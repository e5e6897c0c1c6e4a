/**
 * The looks in which the page is seen: program, theme and language, and the way from one to the other without a new server.
 */

import { expect, type Page } from '@playwright/test';

import type { Lab, LabOptions } from './lab';
import { gauge } from './screen';
import { FakeService } from './fake-service';
import { NOW } from './fake-states';

export const APPS = ['jupyterlab', 'notebook'] as const;
export const UI_LANGUAGES = ['en', 'zh-CN'] as const;

/** The themes by a word for file names. */
export const THEMES = {
  light: 'JupyterLab Light',
  dark: 'JupyterLab Dark',
  contrast: 'JupyterLab Dark High Contrast'
} as const;

export type App = (typeof APPS)[number];
export type UiLanguage = (typeof UI_LANGUAGES)[number];
export type Theme = keyof typeof THEMES;

/** The app, for pages that expose it. */
interface Exposed {
  readonly jupyterapp: {
    readonly commands: { execute: (id: string, args?: object) => Promise<unknown> };
    readonly restored: Promise<void>;
  };
}

/** A page of a lab whose theme, language and figures a spec changes at will. */
export class Stage {
  private constructor(
    readonly page: Page,
    readonly lab: Lab,
    private readonly app: App,
    readonly service: FakeService
  ) {}

  /** Starts a lab and opens it in a language. */
  static async open(
    page: Page,
    startLab: (options: LabOptions) => Promise<Lab>,
    app: App
  ): Promise<Stage> {
    await page.clock.setFixedTime(NOW);
    const lab = await startLab({ app, isAppExposed: true });
    return new Stage(page, lab, app, await FakeService.install(page));
  }

  /** Opens the page in a language, with nothing left open from before. */
  async speak(language: UiLanguage): Promise<void> {
    this.lab.writeSettings('jupyter-llm-meter', 'meter', { language });
    await this.page.goto(this.lab.url(this.app === 'notebook' ? 'tree' : 'lab/workspaces/x?reset'));
    await this.page.waitForFunction(() => 'jupyterapp' in window);
    await this.page.evaluate(() => (window as unknown as Exposed).jupyterapp.restored);
    const words = language === 'en' ? /calls/ : /次调用/;
    await expect(gauge(this.page)).toHaveAttribute('title', words, { timeout: 60_000 });
  }

  /** Changes the theme of the open page. */
  async wear(theme: Theme): Promise<void> {
    await this.execute('apputils:change-theme', { theme: THEMES[theme] });
    await expect(this.page.locator('body')).toHaveAttribute('data-jp-theme-name', THEMES[theme]);
    // JupyterLab dims the page while the new sheet comes in. A toast counts down for as long as it is there.
    await this.page.waitForFunction(() =>
      document
        .getAnimations()
        .every(({ effect }) => (effect as KeyframeEffect | null)?.target?.closest('.Toastify'))
    );
  }

  /** Gives a command that is over only when the user has closed what it opened. */
  async begin(command: string): Promise<void> {
    await this.page.evaluate(command => {
      void (window as unknown as Exposed).jupyterapp.commands.execute(command);
    }, command);
  }

  /** Carries out a command of the program. */
  async execute(command: string, args: object = {}): Promise<void> {
    await this.page.evaluate(
      async ([command, args]) => {
        await (window as unknown as Exposed).jupyterapp.commands.execute(command, args);
      },
      [command, args] as const
    );
  }
}
