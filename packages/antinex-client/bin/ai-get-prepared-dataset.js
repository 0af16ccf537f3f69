#!/usr/bin/env node
import '../dist/cli/ai-get-prepared-dataset.js';
