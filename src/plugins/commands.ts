/**
 * The commands, in the palette and in the Settings menu (schema/commands.json).
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { CommandIDs } from '../commands';
import { gaugeIcon } from '../ui/icon';
import { showDiagnostics } from '../ui/diagnostics/show-diagnostics';
import { openRaiseHistory } from './raise-loader';
import { IBackend } from '../meter/backend';
import { IMeter, IRaises, IUsageView, IWording } from '../tokens';
import type { ServerChecks } from '../ui/diagnostics/findings';

/** No command takes an argument. */
const NO_ARGS = { args: { type: 'object', properties: {}, additionalProperties: false } } as const;

/** The plugin that adds the commands. */
export const commands: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:commands',
  description: 'Adds the commands of LLM Meter.',
  autoStart: true,
  requires: [IMeter, IWording, IUsageView, IRaises, IBackend],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    usage: IUsageView,
    raises: IRaises,
    backend: IBackend,
    palette: ICommandPalette | null
  ): void => {
    addCommands(app, meter, wording, usage, raises, checksOf(backend));
    wording.changed.connect(() => app.commands.notifyCommandChanged());
    const category = wording.trans.__('LLM Meter');
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category });
    }
  }
};

function addCommands(
  { commands }: JupyterFrontEnd,
  meter: IMeter,
  wording: IWording,
  usage: IUsageView,
  raises: IRaises,
  checks: ServerChecks
): void {
  commands.addCommand(CommandIDs.showUsage, {
    label: () => wording.trans.__('Show LLM Usage'),
    caption: () => wording.trans.__('Show usage, limits, and recent LLM calls'),
    icon: gaugeIcon,
    describedBy: NO_ARGS,
    execute: () => usage.open()
  });
  commands.addCommand(CommandIDs.showRaises, {
    label: () => wording.trans.__('Show LLM Limit Raise History'),
    caption: () => wording.trans.__('Show who raised which limit, why, and until when'),
    describedBy: NO_ARGS,
    execute: () => openRaiseHistory(meter, raises, wording)
  });
  commands.addCommand(CommandIDs.showDiagnostics, {
    label: () => wording.trans.__('LLM Meter Diagnostics'),
    caption: () => wording.trans.__("Show what is metered, what isn't, and why"),
    describedBy: NO_ARGS,
    execute: () => showDiagnostics(meter, checks, wording)
  });
  commands.addCommand(CommandIDs.refreshUsage, {
    label: () => wording.trans.__('Refresh LLM Usage'),
    caption: () => wording.trans.__('Reload LLM usage from the server'),
    describedBy: NO_ARGS,
    execute: () => meter.refresh()
  });
}

/** What the server does for the dialog; what reads the answers is loaded on first use. */
function checksOf(backend: IBackend): ServerChecks {
  return {
    diagnose: async () => {
      const [{ readDiagnosis }, body] = await Promise.all([
        import('../meter/diagnosis'),
        backend.client.getDiagnosis()
      ]);
      return readDiagnosis(body);
    },
    testChannels: async () => {
      const [{ readChannelTest }, body] = await Promise.all([
        import('../meter/diagnosis'),
        backend.client.testChannels()
      ]);
      return readChannelTest(body);
    }
  };
}
