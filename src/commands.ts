/**
 * The ids of the commands, which other extensions and the menus name.
 */
export const CommandIDs = {
  showUsage: 'llm-meter:show-usage',
  openSettings: 'llm-meter:open-settings',
  refreshUsage: 'llm-meter:refresh-usage'
} as const;
