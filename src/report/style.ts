// How the page of a report looks: light, dark, narrow, and on paper.

export const style = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #fff; --line: #dfe3e8; --strong: #1f2328; --text: #3a3f45; --faint: #5f6670; --accent: #0072b2;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text); font: 15px/1.5 system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { margin: 0; color: var(--strong); font-size: 1.7rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 .9rem; color: var(--strong); font-size: 1.15rem; }
h3 { margin: 1.2rem 0 .5rem; color: var(--strong); font-size: .95rem; }
p { margin: .3rem 0 .8rem; }
a { color: var(--accent); }
.lead { margin: .35rem 0 1.4rem; color: var(--faint); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 0 1.25rem; }
.tiles > div, section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.tiles > div { display: flex; flex-direction: column-reverse; padding: .75rem .9rem; }
.tiles dt { color: var(--faint); font-size: .82rem; overflow-wrap: anywhere; }
.tiles dd { margin: 0; color: var(--strong); font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; }
section { margin: 0 0 1.25rem; padding: 1.1rem 1.25rem 1.25rem; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem; align-items: start; }
.beside > div { min-width: 0; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .88rem; }
th, td { padding: .32rem .6rem; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; white-space: nowrap; }
td:not(.number) { min-width: 6rem; overflow-wrap: break-word; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tfoot td { color: var(--strong); font-weight: 600; border-bottom: 0; }
tfoot tr:first-child td { border-top: 1px solid var(--faint); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: .55rem 1.5rem; margin: 0; }
.facts dt { color: var(--faint); font-size: .8rem; }
.facts dd { margin: 0; color: var(--strong); overflow-wrap: anywhere; }
.picture { margin: 0; }
.picture svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.files { margin: .3rem 0 .9rem; text-align: center; font-size: .78rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: 1rem .9rem; }
.gallery figure { margin: 0; break-inside: avoid; }
.gallery img { display: block; width: 100%; border: 1px solid var(--line); border-radius: 4px; image-rendering: pixelated; }
.gallery figcaption { margin-top: .35rem; font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }
.gallery strong { display: block; color: var(--strong); }
.gallery span { display: block; color: var(--faint); }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0f1216; --card: #171b21; --line: #2d343d; --strong: #f0f3f6; --text: #cfd6dd; --faint: #98a2ad; --accent: #6cb6ff; }
  /* Light and dark change places, hues stay; not all the way, so that faint lines can be seen. The picture's own paper goes. */
  .picture svg { filter: invert(0.93) hue-rotate(180deg); }
  .picture svg > rect:first-child { fill: none; }
}
@media screen and (max-width: 40rem) {
  /* Rather moved under the finger than too small to read. */
  .picture { overflow-x: auto; }
  .picture svg { max-width: none; min-width: 30rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --line: #cfd4da; --strong: #000; --text: #1f2328; --faint: #4a5058; --accent: #000; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section { border: 0; padding: .4rem 0; }
  section, .picture, tr { break-inside: avoid; }
  section.long { break-inside: auto; }
  h2 { break-after: avoid; }
  .files { display: none; }
  .scroll { overflow: visible; }
  .picture svg { filter: none; max-height: 22cm; }
  .gallery { grid-template-columns: repeat(6, 1fr); }
}
`;
