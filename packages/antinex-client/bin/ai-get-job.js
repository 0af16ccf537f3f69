#!/usr/bin/env node
import '../dist/cli/bundle/ai-get-job.js';
