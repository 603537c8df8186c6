// The entry point for browsers.
import { referenceBackend } from './backends/reference/backend.js';
import { browserPlatform } from './platform/browser.js';
import { start } from './start.js';

start({ platform: browserPlatform, backends: [referenceBackend], environment: {} });

export * from './api.js';
