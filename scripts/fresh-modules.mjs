// Runs before each test file of a process that has several: what the file imports is evaluated anew, so
// that it has state of its own, and the hooks that its helpers register are its own.
import { vi } from 'vitest';

vi.resetModules();
