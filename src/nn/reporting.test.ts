import { expect, test } from 'vitest';
import { activeReporter } from './reporting.js';

test('where no entry point connects reports, the error names the function that pages use', () => {
  expect(() => activeReporter()).toThrow(/import \{ writeReport \} from 'nacre'/);
});
