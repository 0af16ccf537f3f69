// Runs before each test file whose process had others before it: what it imports is then evaluated for
// it, so that it shares no state with them, and the hooks of the helpers that it imports are its own.
import { vi } from 'vitest';

vi.resetModules();
