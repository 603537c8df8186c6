import { inspect } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { DataError, ValueError } from '../base/errors.js';
import { pictureExamples } from '../../tests/support/picture-examples.js';
import { Picture } from './picture.js';
import { setPictureServices, type Showable } from './services.js';

const saved = new Map<string, { bytes: Uint8Array; mediaType: string }>();
const shown: Showable[] = [];
const scales: number[] = [];

beforeEach(() => {
  saved.clear();
  shown.length = scales.length = 0;
  setPictureServices({
    draw: async (_svg, scale) => {
      scales.push(scale);
      return { width: 1, height: 1, pixels: new Uint8Array(4), png: Uint8Array.of(scale) };
    },
    save: async (path, bytes, mediaType) => void saved.set(path, { bytes, mediaType }),
    show: async (picture) => void shown.push(picture),
  });
});

const spec = pictureExamples.bars!;
const picture = new Picture(spec);
const textOf = (path: string): string => new TextDecoder().decode(saved.get(path)!.bytes);

test('the end of the name says what is saved', async () => {
  await picture.save('runs/a.svg');
  await picture.save('b.PNG', { scale: 3 });
  await picture.save('c.html');
  await picture.save('d.json');
  expect([...saved].map(([path, { mediaType }]) => [path, mediaType])).toEqual([
    ['runs/a.svg', 'image/svg+xml'],
    ['b.PNG', 'image/png'],
    ['c.html', 'text/html'],
    ['d.json', 'application/json'],
  ]);
  expect(textOf('runs/a.svg')).toBe(await picture.svg());
  expect([...saved.get('b.PNG')!.bytes]).toEqual([3]);
  expect(JSON.parse(textOf('d.json'))).toEqual(JSON.parse(JSON.stringify(spec)));
});

test.each(['picture', 'picture.gif', 'a.b/c'])('%s names no kind of file', async (path) => {
  await expect(picture.save(path)).rejects.toThrow(/ends in \.svg, \.png, \.html or \.json, received/);
  expect(saved.size).toBe(0);
});

test('a page holds the picture and its specification, and asks for nothing from elsewhere', async () => {
  const named = new Picture({ ...spec, title: 'a </script> <b>' });
  const page = await named.html();
  expect(page).toContain('<title>a &#60;/script&#62; &#60;b&#62;</title>');
  expect(page).toContain(await named.svg());
  const [, json] = /<script type="application\/json" id="vega-lite">(.*)<\/script>/.exec(page)!;
  expect(JSON.parse(json!)).toEqual(JSON.parse(JSON.stringify(named.spec)));
  expect(page.match(/<\/script>/g)?.length).toBe(1);
  expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
});

test('the scale of a PNG is 2 unless given, and within bounds', async () => {
  await picture.png();
  await picture.png({ scale: 0.5 });
  expect(scales).toEqual([2, 0.5]);
  for (const scale of [0, -1, Number.NaN, 21]) await expect(picture.png({ scale })).rejects.toThrow(ValueError);
  await expect(picture.png({ size: 3 } as never)).rejects.toThrow("Unknown option of png 'size'");
});

test('it is shown by what the entry point has set', async () => {
  await picture.show();
  expect(shown).toEqual([picture]);
});

test('notebooks get the picture and a text', async () => {
  const bundle = await picture[Symbol.for('Jupyter.display') as never as 'mediaBundle']();
  expect(Object.keys(bundle)).toEqual(['image/svg+xml', 'text/plain']);
  expect(bundle['image/svg+xml']).toBe(await picture.svg());
});

test('logging it prints one line', () => {
  expect(inspect(picture)).toBe(`Picture "Images of each class": show() shows it, save('picture.svg') keeps it.`);
  expect(String(new Picture({ $schema: '' }))).toMatch(/^Picture: /);
  expect(new Picture(pictureExamples.images!).title).toBe('Test images');
});

test('a changed specification is another picture', async () => {
  const wider = new Picture({ ...spec, width: 700 });
  expect(await wider.svg()).not.toBe(await picture.svg());
});

test('what is no specification is an error that says so', async () => {
  await expect(new Picture({ $schema: '', mark: 'nothing' }).svg()).rejects.toThrow(DataError);
});
