#!/usr/bin/env node
import '../dist/cli/bundle/ai-train-dnn.js';
