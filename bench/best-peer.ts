// How Nacre stands beside the best of its peers, workload by workload.
import { isPeer, labelOf, type Row } from './plan.js';

/** What a row measures, where less is better: time, or else memory. */
function amountOf({ microsecondsPerSample, seconds, peakMegabytes }: Row): number | undefined {
  return microsecondsPerSample ?? seconds ?? peakMegabytes;
}

/** The rows, those of Nacre with the best of the peers that were measured on the same workload. */
export function withBestPeers(rows: readonly Row[]): Row[] {
  const best = new Map<string, { readonly label: string; readonly amount: number }>();
  for (const row of rows) {
    const amount = amountOf(row);
    if (row.implementation === 'floor' || !isPeer(row) || amount === undefined) continue;
    if (amount < (best.get(row.workload)?.amount ?? Infinity)) best.set(row.workload, { label: labelOf(row), amount });
  }
  return rows.map((row) => {
    const [peer, amount] = [best.get(row.workload), amountOf(row)];
    if (row.implementation === 'floor' || isPeer(row) || !peer || amount === undefined) return row;
    return { ...row, bestPeer: peer.label, timesBestPeer: peer.amount / amount };
  });
}
