#!/usr/bin/env node
import '../dist/cli/ai-env-predict.js';
