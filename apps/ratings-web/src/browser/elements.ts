/** The one element that a selector names inside `root`; the page and its script are built together, so a missing one is our mistake. */
export function find<E extends Element>(root: ParentNode, selector: string, type: new () => E): E {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`the page has no ${selector}`);
  return element;
}

/** A copy of a template's one element. */
export function instantiate(id: string): HTMLElement {
  const copy = find(document, `template#${id}`, HTMLTemplateElement).content.firstElementChild?.cloneNode(true);
  if (!(copy instanceof HTMLElement)) throw new Error(`the template ${id} is empty`);
  return copy;
}

const svg = "http://www.w3.org/2000/svg";

/** A five-pointed star, drawn by the style sheet's stroke and fill. */
export function star(): SVGSVGElement {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg, "path");
  path.setAttribute(
    "d",
    "M12 2.6 14.9 8.6 21.5 9.5 16.700 14.1 17.900 20.700 12 17.500 6.100 20.700 7.300 14.1 2.500 9.5 9.100 8.6Z",
  );
  picture.append(path);
  return picture;
}
