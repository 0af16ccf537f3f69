#!/usr/bin/env node
import '../dist/cli/ai-prepare-dataset.js';
