/**
 * Finds texts that are cut, that stand out of their box or that cover each other, and what is to be scrolled sideways.
 * Runs in the page.
 */

/**
 * The flaws in the elements, a sentence each.
 *
 * @param selector - where to look. The function is sent to the page as its source, so all it uses is inside it.
 */
export function findFlaws(selector: string): string[] {
  /** Rounding, and what antialiasing hides. */
  const SLACK = 1.5;
  /** What a browser's own arrow takes of a field with choices. */
  const ARROW = 16;

  interface Piece {
    readonly element: Element;
    readonly text: string;
    readonly box: DOMRect;
  }

  const roots = [...document.querySelectorAll(selector)].filter(root => root.checkVisibility());
  const flaws = new Set<string>();
  const pieces = roots.flatMap(piecesOf);
  pieces.forEach(checkClipping);
  pieces.forEach(checkButton);
  roots.flatMap(root => [...root.querySelectorAll('input, select')]).forEach(checkField);
  roots.flatMap(root => [root, ...root.querySelectorAll('*')]).forEach(checkSideways);
  pieces.forEach((one, at) => pieces.slice(at + 1).forEach(other => checkOverlap(one, other)));
  return [...flaws];

  /** Every line of every text that can be seen. */
  function piecesOf(root: Element): Piece[] {
    const found: Piece[] = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = (node.textContent ?? '').trim();
      if (element === null || text === '' || !isSeen(element)) {
        continue;
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const line of range.getClientRects()) {
        found.push({ element, text, box: core(line) });
      }
    }
    return found;
  }

  /** What is left of a line that is cut with dots, for the overlaps: what is cut off covers nothing. */
  function visible({ element, box }: Piece): DOMRect {
    const cutter = element.closest('td, th') ?? element;
    const { left, right } = cutter.getBoundingClientRect();
    const isCut = getComputedStyle(cutter).textOverflow === 'ellipsis';
    return scrolledTo(
      element,
      isCut
        ? new DOMRect(box.x, box.y, Math.min(box.right, right) - Math.max(box.x, left), box.height)
        : box
    );
  }

  /** What is left of a line in lists that scroll: what is not scrolled to covers nothing. */
  function scrolledTo(element: Element, box: DOMRect): DOMRect {
    let { top, bottom } = box;
    for (
      let at = element.parentElement;
      at !== null && at !== document.body;
      at = at.parentElement
    ) {
      if (/auto|scroll/.test(getComputedStyle(at).overflowY)) {
        const outer = at.getBoundingClientRect();
        top = Math.max(top, outer.top);
        bottom = Math.min(bottom, outer.bottom);
      }
    }
    return new DOMRect(box.x, top, box.width, Math.max(bottom - top, 0));
  }

  function isSeen(element: Element): boolean {
    const { width, height } = element.getBoundingClientRect();
    const isShown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    // A text for assistive technology only is a pixel large; options are the browser's to draw.
    return isShown && width > 1 && height > 1 && element.closest('option, svg') === null;
  }

  /** A line without the leading above and below its letters, which may stand out of its box unseen. */
  function core({ x, y, width, height }: DOMRect): DOMRect {
    return new DOMRect(x, y + height / 5, width, (height * 3) / 5);
  }

  function checkClipping({ element, text, box }: Piece): void {
    // What overflows the body is the window's to cut.
    for (let at = element; at !== document.body; at = at.parentElement ?? document.body) {
      const style = getComputedStyle(at);
      const [cutsX, cutsY] = [cuts(style.overflowX), cuts(style.overflowY)];
      if (
        style.overflowX === 'auto' ||
        style.overflowY === 'auto' ||
        style.overflowY === 'scroll'
      ) {
        // What is outside can be scrolled to.
        return;
      }
      const inner = at.getBoundingClientRect();
      const isCutX = cutsX && (box.left < inner.left - SLACK || box.right > inner.right + SLACK);
      const isCutY = cutsY && (box.top < inner.top - SLACK || box.bottom > inner.bottom + SLACK);
      if (isCutX && style.textOverflow === 'ellipsis') {
        if (element.closest('[title]')?.getAttribute('title')?.includes(text) !== true) {
          flaws.add(`${name(element)} is cut with dots and no title tells all of "${text}"`);
        }
        return;
      }
      if (isCutX || isCutY) {
        flaws.add(`${name(element)} is cut by ${name(at)}: "${text}"`);
        return;
      }
    }
    const isOutside = box.left < -SLACK || box.right > innerWidth + SLACK;
    if (isOutside || box.top < -SLACK || box.bottom > innerHeight + SLACK) {
      flaws.add(`${name(element)} is out of the window: "${text}"`);
    }
  }

  function cuts(overflow: string): boolean {
    return overflow === 'hidden' || overflow === 'clip';
  }

  function checkButton({ element, text, box }: Piece): void {
    const button = element.closest('button');
    if (button === null) {
      return;
    }
    const outer = button.getBoundingClientRect();
    const isOut = box.left < outer.left - SLACK || box.right > outer.right + SLACK;
    if (isOut || box.top < outer.top - SLACK || box.bottom > outer.bottom + SLACK) {
      flaws.add(`${name(button)} is too small for "${text}"`);
    }
  }

  /** What a field holds is not among the texts of the page, so it is measured. */
  function checkField(field: Element): void {
    const { paddingLeft, paddingRight, font } = getComputedStyle(field);
    const isChoice = field instanceof HTMLSelectElement;
    const text = isChoice
      ? (field.selectedOptions[0]?.text ?? '')
      : (field as HTMLInputElement).value || (field as HTMLInputElement).placeholder;
    const pen = document.createElement('canvas').getContext('2d');
    if (pen === null || !isSeen(field) || (field as HTMLInputElement).type === 'checkbox') {
      return;
    }
    pen.font = font;
    const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    if (pen.measureText(text).width > room - (isChoice ? ARROW : 0) + SLACK) {
      flaws.add(`${name(field)} is too narrow for "${text}"`);
    }
  }

  /** Up and down is how one reads on; people do not look for what is hidden at the side. */
  function checkSideways(element: Element): void {
    const { overflowX } = getComputedStyle(element);
    const isOurs = element.closest('[class*="jp-LLMMeter-"]') !== null;
    const hidden = element.scrollWidth - element.clientWidth;
    if (isOurs && (overflowX === 'auto' || overflowX === 'scroll') && hidden > SLACK) {
      flaws.add(`${name(element)} hides ${hidden} pixels to the side`);
    }
  }

  function checkOverlap(one: Piece, other: Piece): void {
    const [a, b] = [visible(one), visible(other)];
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (one.element !== other.element && width > SLACK && height > SLACK) {
      flaws.add(`${name(one.element)} "${one.text}" covers ${name(other.element)} "${other.text}"`);
    }
  }

  function name(element: Element): string {
    const own = [...element.classList].map(word => `.${word}`).join('');
    const parent = element.closest('[class*="jp-LLMMeter-"]');
    const place = parent === null || parent === element ? '' : `.${parent.classList[0]} `;
    return `${place}${element.tagName.toLowerCase()}${own}`;
  }
}
