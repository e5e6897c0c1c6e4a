/** What the tests use of react-dom, which JupyterLab brings and whose types the project does not need otherwise. */
declare module 'react-dom/client' {
  import type { ReactElement } from 'react';

  export interface Root {
    render(element: ReactElement): void;
    unmount(): void;
  }

  export function createRoot(node: Element): Root;
}
