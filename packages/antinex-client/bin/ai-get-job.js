#!/usr/bin/env node
import '../dist/cli/ai-get-job.js';
