/**
 * The text that the user means: what is selected, else the whole of the active cell or file.
 */

import type { INotebookTracker } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

/** An editor of a cell or of a file. */
type Editor = NonNullable<NonNullable<INotebookTracker['activeCell']>['editor']>;

/** The text, and where it is from. */
interface MeantText {
  readonly text: string;
  /** Whether it is selected; else it is the whole of a cell or a file. */
  readonly isSelection: boolean;
}

/**
 * Finds the text.
 *
 * @param notebooks - has the active cell; null where there are no notebooks.
 * @param current - the widget that the user works in.
 * @returns undefined when there is neither a cell nor an editor.
 */
export function meantText(
  notebooks: INotebookTracker | null,
  current: Widget | null
): MeantText | undefined {
  const isNotebook = current !== null && notebooks?.currentWidget === current;
  const cell = isNotebook ? notebooks.activeCell : null;
  const editor = cell?.editor ?? (isNotebook ? undefined : editorIn(current));
  const selected = (editor && selectedIn(editor)) || shownSelection(current);
  if (selected !== '') {
    return { text: selected, isSelection: true };
  }
  const text = cell?.model.sharedModel.getSource() ?? editor?.model.sharedModel.getSource();
  return text === undefined ? undefined : { text, isSelection: false };
}

function selectedIn(editor: Editor): string {
  const source = editor.model.sharedModel.getSource();
  return editor
    .getSelections()
    .map(({ start, end }) => {
      const [from, to] = [editor.getOffsetAt(start), editor.getOffsetAt(end)];
      return source.slice(Math.min(from, to), Math.max(from, to));
    })
    .join('');
}

/** What is selected in an output or in rendered text; an editor shows only a part of a long selection. */
function shownSelection(current: Widget | null): string {
  const selection = window.getSelection();
  const node = selection?.anchorNode ?? null;
  const isInside = current !== null && node !== null && current.node.contains(node);
  return isInside ? (selection?.toString() ?? '') : '';
}

/** The editor of a file, which is the content of its widget. */
function editorIn(current: Widget | null): Editor | undefined {
  const content = current !== null && 'content' in current ? current.content : undefined;
  const editor =
    typeof content === 'object' && content !== null && 'editor' in content
      ? content.editor
      : undefined;
  return typeof editor === 'object' && editor !== null && 'getSelections' in editor
    ? (editor as Editor)
    : undefined;
}
