import { expect, test } from 'vitest';
import { kerasJson } from './python-json.js';

test('writes whole numbers that are floats in Keras with a point, and no others', () => {
  const config = { units: 3, momentum: 0, l2: -2, rate: 0.5, values: [1, 0.5], shape: [null, 4], name: '3' };
  expect(kerasJson({ class_name: 'SGD', config })).toBe(
    '{"class_name":"SGD","config":{"units":3,"momentum":0.0,"l2":-2.0,"rate":0.5,"values":[1.0,0.5],"shape":[null,4],"name":"3"}}',
  );
});

test('leaves objects, texts and nothing as they are', () => {
  const config = { learning_rate: { class_name: 'CosineDecay', config: { alpha: 0 } }, mean: null, value: 'a' };
  expect(kerasJson(config)).toBe(
    '{"learning_rate":{"class_name":"CosineDecay","config":{"alpha":0.0}},"mean":null,"value":"a"}',
  );
  expect(JSON.parse(kerasJson({ epsilon: 1e300, rho: 1e-7 }))).toEqual({ epsilon: 1e300, rho: 1e-7 });
});
