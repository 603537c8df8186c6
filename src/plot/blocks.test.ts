import { describe, expect, test } from 'vitest';
import { fromNested, ndarray } from '../base/ndarray.js';
import { nodePlatform } from '../platform/node.js';
import { loadMnist } from '../data/mnist.js';
import { imageToBlocks } from './blocks.js';

const gradient = ndarray(Uint8Array.of(0, 64, 128, 192, 255, 0, 64, 128, 192, 255), [2, 5]);

describe('imageToBlocks without colour', () => {
  test('draws five shades', () => {
    expect(imageToBlocks(gradient)).toBe(' ░▒▓█');
  });

  test('draws half a character where only one of its two pixels is bright', () => {
    expect(
      imageToBlocks(
        fromNested([
          [1, 0, 1, 0],
          [0, 1, 1, 0],
        ]),
      ),
    ).toBe('▀▄█ ');
  });

  test('draws an odd last row as upper halves', () => {
    expect(
      imageToBlocks(
        fromNested([
          [0, 0],
          [0, 0],
          [1, 0],
        ]),
      ),
    ).toBe('  \n▀ ');
  });

  test('takes a last axis of one channel', () => {
    expect(imageToBlocks(ndarray(gradient.data, [2, 5, 1]))).toBe(imageToBlocks(gradient));
  });

  test('spans the values of an image that is neither bytes nor between 0 and 1, and draws NaN dark', () => {
    expect(
      imageToBlocks(
        fromNested([
          [-3, 0, 5, NaN],
          [-3, 1, 5, NaN],
        ]),
      ),
    ).toBe(' ▄█ ');
    expect(
      imageToBlocks(
        fromNested([
          [7, 7],
          [7, 7],
        ]),
      ),
    ).toBe('  ');
    expect(
      imageToBlocks(
        fromNested([
          [true, false],
          [true, true],
        ]),
      ),
    ).toBe('█▄');
  });

  test('draws a given range, and what lies beyond it as its ends', () => {
    expect(imageToBlocks(gradient, { range: [128, 192] })).toBe('   ██');
    expect(imageToBlocks(gradient, { range: [255, 0] })).toBe('█▓▒░ ');
  });

  test('draws nothing of an empty image', () => {
    expect(imageToBlocks(ndarray(new Uint8Array(0), [0, 28]))).toBe('');
    expect(imageToBlocks(ndarray(new Uint8Array(0), [2, 0]), { colour: '24bit' })).toBe('');
  });
});

describe('imageToBlocks in colour', () => {
  test('sets the grey of both pixels, once for a run', () => {
    const image = ndarray(Uint8Array.of(0, 0, 255, 10, 10, 128), [2, 3]);
    expect(imageToBlocks(image, { colour: '24bit' })).toBe(
      '\u001b[38;2;0;0;0;48;2;10;10;10m▀▀\u001b[38;2;255;255;255;48;2;128;128;128m▀\u001b[0m',
    );
  });

  test("uses black, white and the ramp of xterm's palette", () => {
    const image = ndarray(Uint8Array.of(0, 10, 255, 245), [2, 2]);
    expect(imageToBlocks(image, { colour: '256' })).toBe(
      '\u001b[38;5;16;48;5;231m▀\u001b[38;5;232;48;5;255m▀\u001b[0m',
    );
  });
});

test('imageToBlocks refuses what is not one grey image, and options that do not exist', () => {
  expect(() => imageToBlocks(ndarray(new Uint8Array(784)))).toThrow(
    'expected one grey image of shape [H, W] or [H, W, 1], received [784].',
  );
  expect(() => imageToBlocks(ndarray(new Uint8Array(12), [2, 2, 3]))).toThrow('received [2, 2, 3].');
  expect(() => imageToBlocks(ndarray(new Uint8Array(4), [1, 2, 2, 1]))).toThrow('received [1, 2, 2, 1].');
  expect(() => imageToBlocks(gradient, { color: '256' } as object)).toThrow("Did you mean 'colour'?");
  expect(() => imageToBlocks(gradient, { colour: '16' as '256' })).toThrow("colour of imageToBlocks '16'");
  expect(() => imageToBlocks(gradient, { range: [0, NaN] })).toThrow('expected a range of two finite numbers');
});

test('the first digit of MNIST is a five', async () => {
  const [[images]] = await loadMnist({ ...nodePlatform, cacheDirectory: () => Promise.reject(new Error('none')) });
  const first = ndarray(images.data.subarray(0, 784), [28, 28]);
  expect(imageToBlocks(first)).toMatchInlineSnapshot(`
    "                            
                                
                    ░▄▄ ▄▄▄░    
            ▄▄▄▓▓█████▀▀▀▀▀░    
            ▀▓▀███▀▀▀▓          
               ▒█▄              
                ▀█▄▄░           
                 ░▀▓█▄▄         
                    ░██▓░       
                 ▄▄▓▓██▓        
             ░▄▄████▀▀░         
         ▄▄▓████▓▀░             
        ▀▀▀▀▀▀▀                 
                                "
  `);
});
