#!/usr/bin/env node
import '../dist/cli/bundle/ai-prepare-dataset.js';
