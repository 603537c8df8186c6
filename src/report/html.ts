// Pieces of a page: text made safe, tables, lists of facts, pictures.

/** Markup, as opposed to text that is still to be made safe. */
export interface Markup {
  readonly html: string;
}

/** What stands in a cell: text, or markup made by this file. */
export type Content = string | Markup;

/** Text as HTML shows it, within elements and within quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const htmlOf = (content: Content): string => (typeof content === 'string' ? escapeHtml(content) : content.html);

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Content[])[];
  /** Rows below a line: sums, means. */
  readonly foot?: readonly (readonly Content[])[];
  /** How many columns on the left are text; the others are numbers, aligned right. */
  readonly textColumns?: number;
}

/** A table; wide ones scroll within themselves. */
export function table({ head, rows, foot = [], textColumns = 1 }: Table): Markup {
  const cell = (tag: string, content: Content, column: number): string => {
    const scope = tag === 'th' ? ' scope="col"' : '';
    return `<${tag}${column < textColumns ? '' : ' class="number"'}${scope}>${htmlOf(content)}</${tag}>`;
  };
  const row = (cells: readonly Content[], tag = 'td'): string =>
    `<tr>${cells.map((content, column) => cell(tag, content, column)).join('')}</tr>`;
  const footer = foot.length === 0 ? '' : `<tfoot>${foot.map((cells) => row(cells)).join('\n')}</tfoot>`;
  return {
    html: `<div class="scroll"><table>
<thead>${row(head, 'th')}</thead>
<tbody>${rows.map((cells) => row(cells)).join('\n')}</tbody>
${footer}</table></div>`,
  };
}

/** Names and what they stand for. */
export function facts(rows: readonly (readonly [name: string, value: Content])[]): Markup {
  const items = rows.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${htmlOf(value)}</dd></div>`);
  return { html: `<dl class="facts">${items.join('\n')}</dl>` };
}

export function paragraph(...parts: readonly Content[]): Markup {
  return { html: `<p>${parts.map(htmlOf).join('')}</p>` };
}

/** Links to files beside the page. */
export function fileLinks(files: readonly string[]): Markup {
  const links = files.map((file) => `<a href="${escapeHtml(file)}">${escapeHtml(file)}</a>`);
  return { html: files.length === 0 ? '' : `<p class="files">${links.join(' · ')}</p>` };
}

/** A picture as part of the page, with links to the files that hold it. */
export function figure(name: string, svg: string, files: readonly string[]): Markup {
  return { html: `<figure class="picture">${embeddable(name, svg)}</figure>${fileLinks(files).html}` };
}

/** Names that Vega gives to gradients and clips are made those of this picture: a page holds several. */
function embeddable(name: string, svg: string): string {
  return svg
    .replaceAll(/\bid="([^"]+)"/g, `id="${name}-$1"`)
    .replaceAll(/url\((['"]?)#/g, `url($1#${name}-`)
    .replace(/<svg\b/, '<svg role="img"');
}

/** An image of the gallery. */
export interface GalleryImage {
  /** Holds the data. */
  readonly url: string;
  readonly lines: readonly string[];
}

export function gallery(images: readonly GalleryImage[]): Markup {
  const items = images.map(({ url, lines: [first = '', ...others] }) => {
    const alt = escapeHtml([first, ...others].join(', '));
    const rest = others.map((line) => `<span>${escapeHtml(line)}</span>`).join('');
    return `<figure><img src="${url}" alt="${alt}"><figcaption><strong>${escapeHtml(first)}</strong>${rest}</figcaption></figure>`;
  });
  return { html: `<div class="gallery">${items.join('\n')}</div>` };
}

/** Blocks beside each other where there is room. */
export function beside(...blocks: readonly Markup[]): Markup {
  return { html: `<div class="beside">${blocks.map(({ html }) => `<div>${html}</div>`).join('\n')}</div>` };
}
