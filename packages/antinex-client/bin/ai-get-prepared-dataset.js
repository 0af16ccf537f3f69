#!/usr/bin/env node
import '../dist/cli/bundle/ai-get-prepared-dataset.js';
