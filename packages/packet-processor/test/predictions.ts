import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PacketMessage } from '@antinex/decoder';
import Papa from 'papaparse';
import { packet } from './feed.ts';

export type PredictedRow = Readonly<Record<string, string>>;

/** The predictions in a folder's files. */
export const predictionFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.predictions.csv'))
    .sort()
    .map((name) => join(folder, name));

export function predictionsIn(path: string): PredictedRow[] {
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('\n')) throw new Error(`${path} ends within a row`);
  return Papa.parse<PredictedRow>(text.trimEnd(), { header: true }).data;
}

export const allPredictions = (folder: string): PredictedRow[] =>
  predictionFiles(folder).flatMap(predictionsIn);

/** A packet whose ports tell its number. */
export function portPacket(number: number, session?: string): PacketMessage {
  const message = packet(number, session);
  const ports = { sport: number % 65_536, dport: Math.floor(number / 65_536) };
  return { ...message, data: { ...message.data, tcp: { ...message.data.tcp, ...ports } } } as PacketMessage;
}

export const portPackets = (from: number, to: number, session?: string): PacketMessage[] =>
  Array.from({ length: to - from + 1 }, (_, i) => portPacket(from + i, session));

/** The numbers of rows that were posted. */
export const numbersOf = (rows: readonly Readonly<Record<string, number>>[]): number[] =>
  rows.map(({ tcp_sport, tcp_dport }) => tcp_sport + tcp_dport * 65_536);
