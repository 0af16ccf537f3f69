#!/usr/bin/env node
import '../dist/cli/bundle/ai-env-predict.js';
