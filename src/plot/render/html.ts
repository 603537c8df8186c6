// A picture as a page of its own that needs nothing else, with its specification in it.
import type { VegaLiteSpec } from '../specs/spec.js';

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The page; `svg` is the picture, `title` that of the window. */
export function htmlPage(title: string, svg: string, spec: VegaLiteSpec): string {
  // Inside a script element only its end tag and comments have a meaning.
  const json = JSON.stringify(spec).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { margin: 1.5rem; background: #fff; color: #1f2328; font-family: system-ui, sans-serif; }
svg { max-width: 100%; height: auto; }
</style>
</head>
<body>
<figure style="margin: 0">${svg}</figure>
<script type="application/json" id="vega-lite">${json}</script>
</body>
</html>
`;
}
