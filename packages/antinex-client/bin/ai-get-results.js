#!/usr/bin/env node
import '../dist/cli/ai-get-results.js';
