/**
 * The ids of the commands, which other extensions and the menus name.
 */
export const CommandIDs = {
  showUsage: 'llm-meter:show-usage',
  openDashboard: 'llm-meter:open-dashboard',
  openSettings: 'llm-meter:open-settings',
  showRaises: 'llm-meter:show-raises',
  refreshUsage: 'llm-meter:refresh-usage',
  showDiagnostics: 'llm-meter:show-diagnostics',
  countSelection: 'llm-meter:count-selection',
  followLink: 'llm-meter:follow-link'
} as const;
