#!/usr/bin/env node
import '../dist/main-rabbitmq.js';
