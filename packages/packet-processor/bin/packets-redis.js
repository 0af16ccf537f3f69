#!/usr/bin/env node
import '../dist/main-redis.js';
