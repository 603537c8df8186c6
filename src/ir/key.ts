// What an op carries, as text that is equal exactly when it is.
import type { GraphNode } from './graph.js';

export function attributesKey(node: GraphNode): string {
  // JSON has no NaN, infinities or -0; constants and padding may be any of them.
  return JSON.stringify(node.attributes, (_, value: unknown) => {
    if (typeof value !== 'number') return value;
    if (Object.is(value, -0)) return '#-0';
    return Number.isFinite(value) ? value : `#${value}`;
  });
}
