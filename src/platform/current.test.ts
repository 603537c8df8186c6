import { expect, test, vi } from 'vitest';

test('the platform is the one that was set, and an error until then', async () => {
  vi.resetModules();
  const { platform, setPlatform } = await import('./current.js');
  const { nodePlatform } = await import('./node.js');
  expect(() => platform()).toThrow(expect.objectContaining({ name: 'InternalError' }));
  setPlatform(nodePlatform);
  expect(platform()).toBe(nodePlatform);
});
