// The page of a report: a heading, the numbers that matter most, and sections. It needs nothing but itself.
import { escapeHtml, type Markup } from './html.js';
import { style } from './style.js';

export interface Section {
  readonly title: string;
  readonly blocks: readonly Markup[];
  /** Whether it may be broken across printed pages. */
  readonly isLong?: boolean;
}

export interface Page {
  readonly title: string;
  /** One line below the title. */
  readonly lead: string;
  /** The numbers that matter most, each with its name. */
  readonly tiles: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly Section[];
}

/** The whole page as an HTML document. */
export function renderPage({ title, lead, tiles, sections }: Page): string {
  const shown = tiles.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  const parts = sections.map(
    ({ title: heading, blocks, isLong = false }) =>
      `<section${isLong ? ' class="long"' : ''}>\n<h2>${escapeHtml(heading)}</h2>\n${blocks.map(({ html }) => html).join('\n')}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
<dl class="tiles">${shown.join('\n')}</dl>
${parts.join('\n')}
</main>
</body>
</html>
`;
}
