#!/usr/bin/env node
import '../dist/cli/ai-train-dnn.js';
