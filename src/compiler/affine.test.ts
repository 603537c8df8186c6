import { describe, expect, test } from 'vitest';
import { RandomStream } from '../base/random.js';
import {
  addIndex,
  constantIndex,
  indexKey,
  NotAffine,
  positionOf,
  scaleIndex,
  shiftIndex,
  splitIndex,
  SplitNeeded,
  toAffine,
  variableIndex,
  zeroIndex,
  type Extents,
  type Index,
} from './affine.js';

type Point = ReadonlyMap<string, number>;

/** The value of an index where its variables have these values, in lane number `lane`. */
function valueAt({ offset, terms, lane: perLane }: Index, point: Point, lane = 0): number {
  return [...terms].reduce(
    (sum, [variable, coefficient]) => sum + coefficient * point.get(variable)!,
    offset + lane * perLane,
  );
}

/** All points of the loops, each walked from 0 in steps of 1; the one named `vector` in steps of 4. */
function pointsOf(extents: Extents, vector?: string): Point[] {
  return [...extents].reduce<Point[]>(
    (points, [variable, extent]) =>
      points.flatMap((point) => {
        const step = variable === vector ? 4 : 1;
        return Array.from({ length: Math.ceil(extent / step) }, (_, i) => new Map([...point, [variable, i * step]]));
      }),
    [new Map()],
  );
}

const i = variableIndex('i');
const j = variableIndex('j');

describe('arithmetic', () => {
  const point = new Map([
    ['i', 5],
    ['j', 7],
  ]);

  test('adds, scales and shifts what it stands for', () => {
    const index = addIndex(scaleIndex(shiftIndex(i, 2), 3), scaleIndex(j, -1));
    expect(valueAt(index, point)).toBe(3 * (5 + 2) - 7);
    expect(valueAt(positionOf([i, j, constantIndex(4)], [20, 10, 1]), point)).toBe(5 * 20 + 7 * 10 + 4);
    expect(toAffine(index)).toEqual({
      offset: 6,
      terms: [
        { variable: 'i', coefficient: 3 },
        { variable: 'j', coefficient: -1 },
      ],
    });
  });

  test('terms that cancel are gone', () => {
    const index = addIndex(scaleIndex(i, 3), addIndex(j, scaleIndex(i, -3)));
    expect([...index.terms]).toEqual([['j', 1]]);
    expect(scaleIndex(index, 0)).toBe(zeroIndex);
  });

  test('moves from lane to lane as its variables do', () => {
    const index = addIndex(scaleIndex(variableIndex('i', 1, 1), 3), j);
    expect(valueAt(index, point, 2)).toBe(3 * (5 + 2) + 7);
  });

  test('equal keys mean equal indices', () => {
    expect(indexKey(addIndex(i, constantIndex(2)))).toBe(indexKey(shiftIndex(i, 2)));
    expect(indexKey(variableIndex('i', 1, 1))).not.toBe(indexKey(i));
    expect(indexKey(scaleIndex(i, 2))).not.toBe(indexKey(i));
  });
});

describe('splitting into quotient and remainder', () => {
  const extents: Extents = new Map([
    ['i', 6],
    ['j', 4],
  ]);

  test('a row and a column of a row-major position come back', () => {
    const { high, low } = splitIndex(addIndex(scaleIndex(i, 4), j), 4, extents);
    expect([indexKey(high), indexKey(low)]).toEqual([indexKey(i), indexKey(j)]);
  });

  test('what fits below the size is all remainder', () => {
    const { high, low } = splitIndex(shiftIndex(j, 2), 6, extents);
    expect([indexKey(high), indexKey(low)]).toEqual([indexKey(zeroIndex), indexKey(shiftIndex(j, 2))]);
  });

  test('a loop that runs across a boundary has to be split where the boundary is', () => {
    try {
      splitIndex(i, 3, extents);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SplitNeeded);
      expect(error).toMatchObject({ variable: 'i', factor: 3 });
    }
  });

  test('what no split makes affine is refused', () => {
    expect(() => splitIndex(i, 4, extents)).toThrow(NotAffine);
    expect(() => splitIndex(scaleIndex(i, -1), 4, extents)).toThrow(NotAffine);
    expect(() => splitIndex(variableIndex('register'), 4, extents)).toThrow(NotAffine);
  });

  test('index = high x size + low with 0 <= low < size, at all points and in all lanes', () => {
    const random = new RandomStream(3);
    const outcomes = { split: 0, needed: 0, refused: 0 };
    for (let sample = 0; sample < 1500; sample++) {
      const loops = new Map(['i', 'j', 'k'].map((variable) => [variable, 1 + random.below(6)]));
      const vector = random.below(2) === 0 ? 'k' : undefined;
      const size = 1 + random.below(12);
      let index: Index = constantIndex(random.below(30) - 5);
      for (const variable of loops.keys()) {
        const factor = [0, 1, 1, 2, size, 2 * size, -size, random.below(9)][random.below(8)]!;
        index = addIndex(index, scaleIndex(variableIndex(variable, 1, variable === vector ? 1 : 0), factor));
      }
      try {
        const { high, low } = splitIndex(index, size, loops);
        outcomes.split++;
        for (const point of pointsOf(loops, vector))
          for (let lane = 0; lane < 4; lane++) {
            // Lanes beyond the end of the loop stand for nothing.
            if (lane > 0 && (vector === undefined || point.get(vector)! + lane >= loops.get(vector)!)) continue;
            const [quotient, remainder] = [valueAt(high, point, lane), valueAt(low, point, lane)];
            expect(quotient * size + remainder).toBe(valueAt(index, point, lane));
            expect(remainder).toBeGreaterThanOrEqual(0);
            expect(remainder).toBeLessThan(size);
          }
      } catch (error) {
        if (error instanceof SplitNeeded) {
          outcomes.needed++;
          const extent = loops.get(error.variable)!;
          expect(extent % error.factor).toBe(0);
          expect(error.factor).toBeGreaterThan(1);
          expect(error.factor).toBeLessThan(extent);
        } else {
          expect(error).toBeInstanceOf(NotAffine);
          outcomes.refused++;
        }
      }
    }
    expect(outcomes.split).toBeGreaterThan(400);
    expect(outcomes.needed).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(100);
  });
});
