/** What we use of react-dom, whose types the project does not need otherwise. */
declare module 'react-dom/client' {
  import type { ReactElement } from 'react';

  export interface Root {
    render(element: ReactElement): void;
    unmount(): void;
  }

  export function createRoot(node: Element): Root;
}
